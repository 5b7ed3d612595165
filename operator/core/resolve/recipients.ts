import type { Finding } from '../../api/finding.ts';
import type { NotificationSubscription } from '../../api/kinds.ts';
import type { RobotReference } from '../../api/types.generated.ts';
import type { ResolvedRobot } from '../model/resolved.ts';
import { mayUse, nameFor, notThere, referenceKey } from './sharing.ts';

/** The robots that a subscription names. */
export interface Recipients {
  /** Those that can get messages, each once. */
  readonly usable: readonly ResolvedRobot[];
  /** A finding for each that cannot. */
  readonly missing: readonly Finding[];
  /** Whether it is not known yet if one of those can be sent to. */
  readonly awaitsCredentials: boolean;
}

type Robots = ReadonlyMap<string, ResolvedRobot>;

/**
 * Looks up the robots of a subscription.
 * @param robots by `namespace/name`
 */
export function resolveRecipients({ metadata, spec }: NotificationSubscription, robots: Robots): Recipients {
  const { namespace } = metadata;
  const found = spec.robots.map((robot, index) => resolveRecipient(namespace, robot, index, robots));
  const missing = found.filter((robot) => 'reason' in robot);
  return {
    // The namespace of a reference is optional, so the same robot can be listed twice.
    usable: [...new Set(found.filter((robot) => 'service' in robot))],
    missing,
    awaitsCredentials: missing.length > 0 && spec.robots.some((robot) => awaits(namespace, robot, robots)),
  };
}

function resolveRecipient(
  namespace: string,
  reference: RobotReference,
  index: number,
  robots: Robots,
): ResolvedRobot | Finding {
  const robot = robots.get(referenceKey(namespace, reference));
  if (!robot || !mayUse(namespace, robot.cr)) {
    const message = notThere('DingTalkRobot', namespace, reference, `spec.robots[${index}]`);
    return { reason: 'RobotNotFound', message };
  }
  const path = `spec.robots[${index}].name`;
  const name = nameFor(namespace, reference);
  if (robot.verdict.rollout !== 'none') return robot;
  // The robot's own spec is not read: one that cannot be read would count as a fault of this subscription.
  const { refusal } = robot.verdict;
  if (!refusal) {
    return { reason: 'RobotSuspended', message: `${path}: DingTalkRobot ${name} is suspended.` };
  }
  return {
    reason: 'RobotNotReady',
    message: `${path}: DingTalkRobot ${name} is not accepted (${refusal.reason}).`,
  };
}

/** Whether it is not known yet if a robot can be sent to. A robot with a live version can. */
function awaits(namespace: string, reference: RobotReference, robots: Robots): boolean {
  const robot = robots.get(referenceKey(namespace, reference));
  return (
    robot?.verdict.awaitsCredentials === true &&
    robot.verdict.rollout === 'none' &&
    mayUse(namespace, robot.cr)
  );
}
