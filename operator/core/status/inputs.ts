import type { Finding } from '../../api/finding.ts';
import { resourceKey } from '../../api/names.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import type { ResolvedRobot, ResolvedSubscription } from '../model/resolved.ts';
import type { Verdict } from '../model/verdict.ts';
import { isRouted, isRoutedForGitee } from '../resolve/relayed-robots.ts';
import { isTargetMissing, type ObservedState } from './observed-state.ts';
import { lastAnswer } from './relayed-delivering.ts';
import { liveSignature, robotFacts } from './robot.ts';
import type { StatusUpdate } from './status-update.ts';
import { subscriptionFacts } from './subscription.ts';
import type { Judged } from './wanted-status.ts';

/**
 * All inputs of a robot's status beside the resource itself. Each run compares the statuses of thousands of resources, most of
 * which have not changed.
 */
export function inputsOfRobot(robot: ResolvedRobot, observed: ObservedState): readonly unknown[] {
  const { snapshot, live, obstacle } = observed;
  const key = resourceKey(robot.cr);
  const { isLive, contested } = robotFacts(robot, observed);
  const until = liveSignature(robot, observed)?.getTime();
  return [
    ...[
      isLive,
      live.services.get(key),
      until,
      robot.credential,
      snapshot.deliveries.get(key),
      snapshot.config,
    ],
    ...[isTargetMissing(observed), ...wordsOf([obstacle, contested])],
    ...[
      robot.isRelayed,
      isRouted(robot.cr, snapshot),
      isRoutedForGitee(robot.cr, snapshot),
      lastAnswer(robot, snapshot),
    ],
    ...inputsOfVerdict(robot),
  ];
}

/** The same for a subscription. */
export function inputsOfSubscription(
  subscription: ResolvedSubscription,
  observed: ObservedState,
): readonly unknown[] {
  const key = resourceKey(subscription.cr);
  const { isLive, contested, ignored, obstacle, awaits, route } = subscriptionFacts(subscription, observed);
  return [
    ...[isLive, observed.live.events.get(key), route?.spec],
    ...[isTargetMissing(observed), ...wordsOf([obstacle, contested, ignored, awaits])],
    ...inputsOfVerdict(subscription),
  ];
}

/** The inputs of a status from a verdict. */
export const inputsOfVerdict = ({ verdict }: Judged<StatusUpdate['cr']>): readonly unknown[] => [
  verdict.rollout,
  wordsOfVerdict.get(verdict, [], () => JSON.stringify(wordsOf([verdict.refusal, ...verdict.warnings]))),
];

const wordsOfVerdict = new ObjectMemo<Verdict, string>();

/** The texts of findings, for comparison. */
export const wordsOf = (findings: readonly (Finding | undefined)[]): (string | undefined)[] =>
  findings.flatMap((finding) => [finding?.reason, finding?.message]);
