import type { DeliveryOutcome } from '../../../dingtalk/outcome.ts';
import type { Ending, NewMessage, RobotQueue, SendingStep } from '../../model.ts';

/** The moment at which a test begins. */
export const NOW = Date.UTC(2026, 10, 23, 8);

/** A message about an Application of this name. */
export function aMessage(key: string, changes: Partial<NewMessage> = {}): NewMessage {
  return {
    dedupeKey: key,
    robot: 'team/ops',
    subscription: 'team/payments',
    application: { uid: `uid-${key}`, namespace: 'argocd', name: key, url: `https://argocd.example/${key}` },
    event: { name: 'on-sync-failed', catalogueName: 'on-sync-failed' },
    at: { mobiles: ['13800000000'] },
    body: JSON.stringify({ msgtype: 'text', text: { content: key } }),
    noteKey: `note-${key}`,
    ...changes,
  };
}

/** Sends the first one. */
export const first = ({ waiting: [message] }: RobotQueue): SendingStep =>
  message ? { kind: 'message', id: message.id } : { kind: 'wait', until: 0 };

/** All in one digest. */
export const digest = ({ waiting }: RobotQueue): SendingStep =>
  waiting.length > 0 ? { kind: 'digest', ids: waiting.map(({ id }) => id) } : { kind: 'wait', until: 0 };

const OK: DeliveryOutcome = { reason: 'Delivering', class: 'ok', errcode: 0 };
const BUSY: DeliveryOutcome = { reason: 'Unreachable', class: 'retry' };
const REFUSED: DeliveryOutcome = {
  reason: 'SignatureRejected',
  class: 'final',
  errcode: 310000,
  words: 'no',
};

export const SENT: Ending = { kind: 'sent', outcome: OK };
export const DEAD: Ending = { kind: 'dead', outcome: REFUSED };
export const again = (notBefore: number): Ending => ({ kind: 'again', outcome: BUSY, notBefore });
export const throttled = (until: number): Ending => ({
  kind: 'again',
  outcome: { reason: 'Throttled', class: 'retry', errcode: 660026 },
  notBefore: until,
  silentUntil: until,
});
