import { objectKey, resourceKey } from '../../api/names.ts';
import type { RelayedAnswer, RelayRoute } from '../../api/relay-route.ts';
import { DELIVERY_REASONS } from '../../dingtalk/explanations.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import { liveRoutes } from '../model/live-routes.ts';
import type { ResolvedRobot } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { ConditionDraft } from './conditions.ts';
import { type delivering, recordOf, refusalText } from './delivering.ts';

/** Whether DingTalk accepts the relay's messages to a robot, by its last answer. The operator itself sends no test message. */
export function relayedDelivering(robot: ResolvedRobot, snapshot: Snapshot): ReturnType<typeof delivering> {
  const key = resourceKey(robot.cr);
  const record = recordOf(robot.cr, snapshot.deliveries.get(key));
  const hasPool = robot.cr.spec.pool !== undefined;
  return { judgement: judgementOf(lastAnswer(robot, snapshot), hasPool), record };
}

/**
 * The newest answer about a robot in the statuses of its routes. Of a robot with a pool, it is that of the first robot of the group
 * which fails, if one does.
 */
export function lastAnswer({ cr }: Pick<ResolvedRobot, 'cr'>, snapshot: Pick<Snapshot, 'relay'>) {
  const key = resourceKey(cr);
  const { byRobot, gitee } = liveRoutes(snapshot);
  const routes = [...(byRobot.get(key) ?? []), ...(gitee.byRobot.get(key) ?? [])];
  const all = routes.flatMap((route) => answersIn(route).get(key) ?? []);
  const size = cr.spec.pool?.length ?? 0;
  const byMember = Map.groupBy(all, ({ member = -1 }) => member);
  const newest = [...byMember]
    .filter(([member]) => member < size)
    .sort(([a], [b]) => a - b)
    .map(([, some]) => newestOf(some));
  return newest.find((answer) => !isSuccess(answer)) ?? (newest.length > 0 ? newestOf(newest) : undefined);
}

const isSuccess = ({ reason }: RelayedAnswer): boolean => reason === 'ok';

const newestOf = (some: readonly RelayedAnswer[]): RelayedAnswer =>
  some.reduce((newest, each) => (timeOf(newest) >= timeOf(each) ? newest : each));

const answersIn = (route: RelayRoute): ReadonlyMap<string, readonly RelayedAnswer[]> =>
  answers.get(route, [], () =>
    Map.groupBy(route.status?.robots ?? [], ({ namespace, name }) => objectKey(namespace, name)),
  );

const answers = new ObjectMemo<RelayRoute, ReadonlyMap<string, readonly RelayedAnswer[]>>();

/** A time that cannot be read is older than any other. */
const timeOf = ({ at }: RelayedAnswer): number => Date.parse(at) || 0;

function judgementOf(answer: RelayedAnswer | undefined, hasPool: boolean): ConditionDraft {
  const judge = (status: ConditionDraft['status'], reason: ConditionDraft['reason'], message: string) =>
    ({ type: 'Delivering', status, reason, message }) as const;
  if (!answer)
    return judge(
      'Unknown',
      'NotVerified',
      'The relay has not reported an answer of DingTalk for this robot yet.',
    );
  if (isSuccess(answer)) return judge('True', 'Delivering', "DingTalk accepted the relay's last message.");
  const reason = DELIVERY_REASONS.find((each) => each === answer.reason);
  if (!reason || reason === 'Delivering') {
    const message =
      'The relay reports an answer of DingTalk that this version of the operator does not know.';
    return judge('Unknown', 'NotVerified', message);
  }
  const { member } = answer;
  const failing = member === undefined ? 'spec.webhook' : `spec.pool[${member}]`;
  const which = hasPool ? `The robot of ${failing} fails. ` : '';
  return judge('False', reason, which + refusalText({ ...answer, reason }));
}
