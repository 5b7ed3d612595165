/**
 * Whether messages reach a robot: the robots that are due for a test message, and the time. fingerprint.ts detects a robot
 * that has changed since its last check; last-check.ts reads that check from the robot's status.
 */

import type { DingTalkRobot } from '../../api/kinds.ts';
import { RECONCILE_AT, resourceKey } from '../../api/names.ts';
import type { Credential } from '../../dingtalk/credential.ts';
import type { TestMessageFields } from '../../dingtalk/test-message.ts';
import { type Faults, UNGUARDED } from '../model/faults.ts';
import type { ResolvedRobot } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { awaitsEngine } from '../model/verdict.ts';
import { deliveryFingerprint } from './fingerprint.ts';
import { lastCheck, toldRefusal } from './last-check.ts';

/** The time from a failed check to the next one. */
const RETRY_MS = 10 * 60_000;
/** A check in the future has the time of a clock that was set back since. */
const FUTURE_TOLERANCE_MS = 60_000;

/** A robot that is to be checked, according to its owner. */
export interface DeliveryCheck {
  /** `namespace/name` */
  readonly robot: string;
  readonly fingerprint: string;
  /** Value of the annotation by which a check can be asked for; empty without one. */
  readonly requested: string;
  readonly credential: Credential;
  readonly message: TestMessageFields;
  /** The time of the next test message; absent: no message unless something changes. */
  readonly dueAt?: Date;
}

/**
 * The robots that are to be checked, with the time: once for each change of credentials or keywords, and every ten minutes as
 * long as DingTalk refuses. A robot that the engine has not judged yet is in the list without a time.
 */
export function deliveryChecks(
  robots: readonly ResolvedRobot[],
  snapshot: Snapshot,
  faults: Pick<Faults, 'guard'> = UNGUARDED,
): DeliveryCheck[] {
  return robots.flatMap((robot) => {
    const check = faults.guard(
      robot.cr,
      () => deliveryCheck(robot, snapshot),
      () => undefined,
    );
    return check ? [check] : [];
  });
}

function deliveryCheck(robot: ResolvedRobot, snapshot: Snapshot): DeliveryCheck | undefined {
  const { cr, verdict, credential, isRelayed } = robot;
  // A test message would take from what the relay may send.
  if (isRelayed) return undefined;
  const isJudged = verdict.rollout === 'current';
  if (!credential || verifySetting(robot, snapshot) === 'Never') return undefined;
  if (!isJudged && !awaitsEngine(verdict)) return undefined;
  const keywords = cr.spec.keywords ?? [];
  const { namespace, name, uid } = cr.metadata;
  const check = {
    robot: resourceKey(cr),
    fingerprint: deliveryFingerprint(uid, credential, keywords),
    requested: requestOf(cr),
    credential,
    message: { namespace, name, keywords, locale: cr.spec.locale ?? snapshot.config.robots.locale },
  };
  const dueAt = isJudged ? dueTime(robot, check, snapshot) : undefined;
  return { ...check, ...(dueAt && { dueAt }) };
}

/** Value of the annotation by which a robot's author asks for a check; empty without one. */
export const requestOf = ({ metadata }: DingTalkRobot): string => metadata.annotations?.[RECONCILE_AT] ?? '';

/** The robot's own setting for checks, or else the installation's. */
export function verifySetting(
  { cr }: ResolvedRobot,
  { config }: Pick<Snapshot, 'config'>,
): 'OnChange' | 'Never' {
  return cr.spec.verify ?? config.robots.verify;
}

/** The time of the next check after now, if nothing changes before. */
export function nextCheckAt(checks: readonly DeliveryCheck[], now: Date): Date | undefined {
  const times = checks.flatMap(({ dueAt }) => (dueAt && dueAt > now ? [dueAt.getTime()] : []));
  return times.length === 0 ? undefined : new Date(Math.min(...times));
}

function dueTime(
  { cr }: ResolvedRobot,
  { robot, fingerprint, requested }: Pick<DeliveryCheck, 'robot' | 'fingerprint' | 'requested'>,
  snapshot: Snapshot,
): Date | undefined {
  const { now, deliveries } = snapshot;
  const last = lastCheck(cr, fingerprint, snapshot);
  if (!last) return now;
  const memory = deliveries.get(robot);
  const isRequested = memory !== undefined && memory.requested !== requested;
  // At most once: only the robot's author can know whether the message came, and have another one sent.
  if (last.by === 'nobody knows') return isRequested ? now : undefined;
  if (last.by === 'this process' ? last.outcome.class === 'ok' : last.isDelivering) return undefined;
  // For instance after a suspension: no condition reports the failure any more.
  if (last.by === 'an earlier process' && !toldRefusal(cr)) return now;
  if (isRequested) return now;
  const age = now.getTime() - last.checkedAt.getTime();
  if (!(age >= -FUTURE_TOLERANCE_MS)) return now;
  return new Date(last.checkedAt.getTime() + RETRY_MS);
}
