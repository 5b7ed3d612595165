import { resourceKey } from '../../api/names.ts';
import type { ResolvedSubscription } from '../model/resolved.ts';
import type { Refusal } from '../model/verdict.ts';
import { combine } from '../resolve/combine.ts';
import { nameFor, referenceKey } from '../resolve/sharing.ts';

/**
 * A subscription without robots that were accepted at first and refused while the target was planned, for lack of space or by
 * the engine. A robot that the engine has not judged yet stays.
 * @param refusals by robot, `namespace/name`
 */
export function withoutRefusedRobots(
  subscription: ResolvedSubscription,
  refusals: ReadonlyMap<string, Refusal>,
): ResolvedSubscription {
  if (refusals.size === 0) return subscription;
  const { cr, verdict } = subscription;
  const { namespace } = cr.metadata;
  // Messages must say nothing of robots that the subscription may not use.
  const usable = new Set(subscription.robots.map((robot) => resourceKey(robot.cr)));
  const refused = cr.spec.robots.flatMap((reference, index) => {
    const key = referenceKey(namespace, reference);
    const refusal = usable.has(key) ? refusals.get(key) : undefined;
    if (!refusal || refusal.gate === 'unanswered') return [];
    const message = `spec.robots[${index}].name: DingTalkRobot ${nameFor(namespace, reference)} is not accepted (${refusal.reason}).`;
    return [{ reason: 'RobotNotReady', message } as const];
  });
  if (verdict.rollout === 'none' || refused.length === 0) return subscription;
  const robots = subscription.robots.filter((robot) => !refusals.has(resourceKey(robot.cr)));
  const refusal = combine([
    ...(verdict.refusal?.parts ?? (verdict.refusal ? [verdict.refusal] : [])),
    ...refused,
  ]);
  return {
    ...subscription,
    robots,
    verdict: {
      ...verdict,
      rollout: robots.length === 0 ? 'none' : verdict.rollout,
      ...(refusal && { refusal }),
    },
  };
}
