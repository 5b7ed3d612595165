import type { Finding } from '../../api/finding.ts';
import type { Condition } from '../../api/kinds.ts';
import type { Reason } from '../../api/reasons.ts';
import { cutToBytes } from '../../lib/cut.ts';
import { rfc3339 } from '../../lib/rfc3339.ts';
import type { Verdict } from '../model/verdict.ts';

/** The API accepts eight times as much, but people have to read the message. It may quote a long text from a resource. */
const MAX_MESSAGE_BYTES = 4_096;

/** A condition without its times, which depend on its history. */
export interface ConditionDraft {
  readonly type: 'Ready' | 'Accepted' | 'Merged' | 'Signed' | 'Delivering' | 'Hooked';
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: Reason;
  readonly message: string;
}

/** Whether the CR is valid; a warning gives a True condition its reason. */
export function accepted({ refusal, warnings }: Verdict, fine: string): ConditionDraft {
  if (refusal) return judge('Accepted', 'False', [refusal, ...warnings]);
  if (warnings.length > 0) return judge('Accepted', 'True', warnings);
  return { type: 'Accepted', status: 'True', reason: 'Accepted', message: fine };
}

function judge(
  type: ConditionDraft['type'],
  status: ConditionDraft['status'],
  findings: readonly Finding[],
): ConditionDraft {
  const reason = findings[0]?.reason ?? 'Accepted';
  return { type, status, reason, message: findings.map(({ message }) => message).join(' ') };
}

/** Sums up the other conditions: False with the reason of the first that is False; Unknown does not count. */
export function ready(parts: readonly ConditionDraft[], suspended: boolean): ConditionDraft {
  if (suspended) {
    const message = 'spec.suspend is true, so nothing of this resource is live.';
    return { type: 'Ready', status: 'False', reason: 'Suspended', message };
  }
  const first = parts.find((part) => part.status === 'False');
  if (first) return { type: 'Ready', status: 'False', reason: first.reason, message: first.message };
  // A warning must be visible in the condition that people read first.
  const notes = parts
    .filter(({ type, status, reason }) => status === 'True' && reason !== type)
    .map(({ message }) => message);
  const unknown = parts.filter(({ status }) => status === 'Unknown').map(({ type }) => type);
  const sum =
    unknown.length === 0 ? 'All conditions hold.' : `All known conditions hold. Unknown: ${unknown.join()}.`;
  return { type: 'Ready', status: 'True', reason: 'Ready', message: [sum, ...notes].join(' ') };
}

/** Judgements → conditions. The transition time changes only with the status of a condition; RFC 3339, whole seconds. */
export function conditions(
  judgements: readonly ConditionDraft[],
  previous: readonly Condition[] | undefined,
  observedGeneration: number,
  now: Date,
): Condition[] {
  return judgements.map((judgement) => {
    const before = previous?.find((each) => each.type === judgement.type);
    const lastTransitionTime = before?.status === judgement.status ? before.lastTransitionTime : rfc3339(now);
    const message = cutToBytes(judgement.message, MAX_MESSAGE_BYTES);
    return { ...judgement, message, observedGeneration, lastTransitionTime };
  });
}
