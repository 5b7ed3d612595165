/**
 * Whether messages reach a robot: which robots are due for a test message, and when. fingerprint.ts tells a robot that has changed
 * since its last check, which last-check.ts reads from its status.
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

/** How long after a check that failed the next one comes. */
const RETRY_MS = 10 * 60_000;
/** A check of the future is one of a clock that has since been set back. */
const FUTURE_TOLERANCE_MS = 60_000;

/** A robot whose owner wants it to be checked. */
export interface DeliveryCheck {
  /** `namespace/name` */
  readonly robot: string;
  readonly fingerprint: string;
  /** Value of the annotation by which a check can be asked for; empty without one. */
  readonly requested: string;
  readonly credential: Credential;
  readonly message: TestMessageFields;
  /** When a test message is to be sent; absent: not unless something changes. */
  readonly dueAt?: Date;
}

/**
 * Which robots are to be checked and when: once for each change of credentials or keywords, and every ten minutes as
 * long as DingTalk refuses. A robot that the engine has yet to judge is in the list without a time.
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
  const { cr, verdict, credential } = robot;
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

/** What the robot says about being checked, or the installation in its place. */
export function verifySetting(
  { cr }: ResolvedRobot,
  { config }: Pick<Snapshot, 'config'>,
): 'OnChange' | 'Never' {
  return cr.spec.verify ?? config.robots.verify;
}

/** When the next check after now is due, if nothing changes before. */
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
  if (last.by === 'this process' ? last.outcome.class === 'ok' : last.isDelivering) return undefined;
  // After a suspension, say: what was wrong is not told anywhere any more.
  if (last.by === 'an earlier process' && !toldRefusal(cr)) return now;
  const memory = deliveries.get(robot);
  if (memory && memory.requested !== requested) return now;
  const age = now.getTime() - last.checkedAt.getTime();
  if (!(age >= -FUTURE_TOLERANCE_MS)) return now;
  return new Date(last.checkedAt.getTime() + RETRY_MS);
}
