import type { Finding } from '../../api/finding.ts';
import type { DingTalkRobot, GiteeSubscription } from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import type { ResolvedRobot } from '../model/resolved.ts';
import { nameFor, referenceKey } from '../resolve/sharing.ts';
import { isNative } from './repository.ts';

/** What keeps Gitee from sending by itself as the subscription says. */
export function nativeFindings(cr: GiteeSubscription, robots: readonly ResolvedRobot[]): Finding[] {
  if (!isNative(cr)) return [];
  return [...relayFields(cr), ...foreignRobots(cr, robots), ...keywordLoss(cr, robots)];
}

/** Gitee's own messages can be switched on and off for a trigger as a whole, and in no other way. */
function relayFields({ spec }: GiteeSubscription): Finding[] {
  const ofEvents = spec.events.flatMap((event, index) =>
    (['actions', 'template', 'at'] as const).flatMap((field) =>
      event[field] === undefined ? [] : [`spec.events[${index}].${field}`],
    ),
  );
  const filters = (['branches', 'tags'] as const).flatMap((field) =>
    spec.gitee[field] === undefined ? [] : [`spec.gitee.${field}`],
  );
  return [...filters, ...ofEvents].map((field) => ({
    reason: 'NotWithNative',
    message:
      `${field}: only the relay can do this, and spec.gitee.delivery is Native: Gitee itself sends its own messages about all events ` +
      'of a trigger. Remove the field, or set spec.gitee.delivery to Relay.',
  }));
}

/**
 * Whoever administrates the repository can read the hook's address and key. The owner of a shared robot has agreed to messages of
 * other namespaces, and not to that.
 */
function foreignRobots(subscription: GiteeSubscription, robots: readonly ResolvedRobot[]): Finding[] {
  const { metadata } = subscription;
  const foreign = robots.filter(({ cr }) => cr.metadata.namespace !== metadata.namespace);
  return foreign.map(({ cr }) => {
    const name = nameFor(metadata.namespace, cr.metadata);
    const message =
      `${robotPath(subscription, cr)}: with spec.gitee.delivery Native, Gitee gets the webhook and the signing secret of the robot, and ` +
      `${name} belongs to another namespace. Use a robot of namespace ${metadata.namespace}, or set spec.gitee.delivery to Relay.`;
    return { reason: 'RobotNotOwn', message };
  });
}

function keywordLoss(subscription: GiteeSubscription, robots: readonly ResolvedRobot[]): Finding[] {
  const { metadata, spec } = subscription;
  if (spec.gitee.acceptKeywordLoss) return [];
  return robots
    .filter(({ audience }) => audience.keywords.length > 0)
    .map(({ cr }) => {
      const message =
        `${robotPath(subscription, cr)}: DingTalkRobot ${nameFor(metadata.namespace, cr.metadata)} has keywords, and DingTalk refuses each ` +
        "of Gitee's own messages that contains none of them. Set spec.gitee.delivery to Relay, or accept the loss: write " +
        'spec.gitee.acceptKeywordLoss: true.';
      return { reason: 'KeywordLoss', message };
    });
}

/** Warnings about robots that Gitee itself sends to. */
export function nativeWarnings(cr: GiteeSubscription, robots: readonly ResolvedRobot[]): Finding[] {
  if (!isNative(cr)) return [];
  return robots
    .filter((robot) => isRestricted(robot.cr))
    .map((robot) => {
      const message =
        `${robotPath(cr, robot.cr)}: DingTalkRobot ${nameFor(cr.metadata.namespace, robot.cr.metadata)} accepts messages from some ` +
        'addresses only, according to its last answer, and the addresses that Gitee sends from are not fixed. Remove the IP ranges ' +
        'from the robot in DingTalk, or set spec.gitee.delivery to Relay.';
      return { reason: 'GiteeAddressesNotFixed', message };
    });
}

/** Whether DingTalk's last answer to the operator says so. */
const isRestricted = ({ status }: DingTalkRobot): boolean =>
  status?.conditions?.some(({ type, reason }) => type === 'Delivering' && reason === 'IPNotAllowed') === true;

/** The path of a robot in the subscription. */
export function robotPath({ metadata, spec }: GiteeSubscription, robot: DingTalkRobot): string {
  const key = resourceKey(robot);
  const index = spec.robots.findIndex((reference) => referenceKey(metadata.namespace, reference) === key);
  return `spec.robots[${index}].name`;
}
