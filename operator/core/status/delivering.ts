import type { DingTalkRobot } from '../../api/kinds.ts';
import { RECONCILE_AT, resourceKey } from '../../api/names.ts';
import type { Reason } from '../../api/reasons.ts';
import { explain } from '../../dingtalk/explanations.ts';
import type { DeliveryOutcome } from '../../dingtalk/outcome.ts';
import { rfc3339 } from '../../lib/rfc3339.ts';
import { verifySetting } from '../delivery/checks.ts';
import { deliveryFingerprint } from '../delivery/fingerprint.ts';
import { type LastCheck, lastCheck, toldRefusal } from '../delivery/last-check.ts';
import type { CheckMemory, Observation } from '../model/check-memory.ts';
import type { ResolvedRobot } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { ConditionDraft } from './conditions.ts';

type Delivery = NonNullable<DingTalkRobot['status']>['delivery'];

/** The operator may reach DingTalk by another route than Argo CD's controller. */
const SEEN_FROM =
  "DingTalk gave this answer to the operator; Argo CD's controller may reach DingTalk another way.";

/** Whether DingTalk accepts messages, by its last answer to the operator; with the record of that answer. */
export function delivering(
  robot: ResolvedRobot,
  snapshot: Snapshot,
): { readonly judgement: ConditionDraft; readonly record: Delivery } {
  const { cr, verdict, credential } = robot;
  const memory = snapshot.deliveries.get(resourceKey(cr));
  // The record stays, whatever happens to the robot. So a robot that returns to its former state gets no second test message.
  const record = recordOf(cr, memory);
  const unknown = (message: string) => ({ judgement: judge('Unknown', 'NotVerified', message), record });
  if (cr.spec.suspend) return unknown('The robot is suspended, so the operator sends no test message.');
  if (verdict.rollout !== 'current' || !credential)
    return unknown('The robot is not accepted, so the operator sends no test message.');
  if (verifySetting(robot, snapshot) === 'Never') {
    const field = cr.spec.verify ? 'spec.verify' : "robots.verify of the operator's configuration";
    return unknown(
      `${field} is Never, so the operator sends no test message. Whether DingTalk accepts messages is not known.`,
    );
  }
  const fingerprint = deliveryFingerprint(cr.metadata.uid, credential, cr.spec.keywords ?? []);
  const last = lastCheck(cr, fingerprint, snapshot);
  if (last?.by === 'nobody knows')
    return unknown(
      `The operator was interrupted while it sent a test message, so it does not know whether the message came. To have another one sent, give the annotation ${RECONCILE_AT} another value.`,
    );
  if (!last && memory?.announced?.fingerprint === fingerprint)
    return unknown('The operator is sending a test message.');
  if (!last)
    return unknown('DingTalk has not yet answered a test message with these credentials and keywords.');
  return { judgement: judgement(cr, last), record };
}

function judgement(cr: DingTalkRobot, last: Exclude<LastCheck, { by: 'nobody knows' }>): ConditionDraft {
  if (last.by === 'this process') return fromOutcome(last.outcome);
  if (last.isDelivering) return fromOutcome({ reason: 'Delivering', class: 'ok', errcode: 0 });
  const refusal = toldRefusal(cr);
  return refusal
    ? judge('False', refusal.reason as Reason, refusal.message)
    : judge('Unknown', 'NotVerified', 'The last test message failed; the operator is sending the next one.');
}

function fromOutcome(outcome: DeliveryOutcome): ConditionDraft {
  return outcome.class === 'ok'
    ? judge('True', outcome.reason, `DingTalk accepted the test message. ${SEEN_FROM}`)
    : judge('False', outcome.reason, `${refusalText(outcome)} ${SEEN_FROM}`);
}

/** The meaning of DingTalk's refusal, its own words, and the remedy. */
export function refusalText(outcome: Omit<DeliveryOutcome, 'class'>): string {
  const { errcode, words } = outcome;
  const { meaning, remedy } = explain(outcome);
  const said = errcode === undefined ? words : `errcode ${errcode}${words === undefined ? '' : `: ${words}`}`;
  const quoted = said === undefined ? '' : ` (${said})`;
  return [`${meaning.en.replace(/\.$/, '')}${quoted}.`, ...(remedy ? [remedy.en] : [])].join(' ');
}

/** The last outcome of a test message, and the message that is under way. */
export function recordOf(cr: DingTalkRobot, memory: CheckMemory | undefined): Delivery {
  const { announced, observation, retracted } = memory ?? {};
  const known = observation ? outcomeRecord(observation) : withoutRetracted(cr.status?.delivery, retracted);
  if (!announced) return known;
  const { fingerprint, sendingAt } = announced;
  const { sendingAt: _, ...outcome } = known?.fingerprint === fingerprint ? known : { fingerprint };
  return { ...outcome, sendingAt };
}

/** A record of a message that was never sent holds nothing else, unless there was an outcome before. */
function withoutRetracted(told: Delivery, retracted: string | undefined): Delivery {
  if (!told || retracted === undefined || told.sendingAt !== retracted) return told;
  const { sendingAt: _, ...outcome } = told;
  return outcome.checkedAt === undefined ? undefined : outcome;
}

function outcomeRecord({ fingerprint, checkedAt, outcome }: Observation): Delivery {
  const { errcode } = outcome;
  return {
    fingerprint,
    checkedAt: rfc3339(checkedAt),
    ...(errcode !== undefined && { errcode }),
  };
}

function judge(status: ConditionDraft['status'], reason: Reason, message: string): ConditionDraft {
  return { type: 'Delivering', status, reason, message };
}
