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
  return { judgement: judgementOf(lastAnswer(robot, snapshot)), record };
}

/** The newest answer about a robot in the statuses of its routes. */
export function lastAnswer({ cr }: Pick<ResolvedRobot, 'cr'>, snapshot: Pick<Snapshot, 'relay'>) {
  const key = resourceKey(cr);
  return (liveRoutes(snapshot).byRobot.get(key) ?? [])
    .flatMap((route) => answersIn(route).get(key) ?? [])
    .reduce<RelayedAnswer | undefined>(
      (newest, each) => (newest && timeOf(newest) >= timeOf(each) ? newest : each),
      undefined,
    );
}

const answersIn = (route: RelayRoute): ReadonlyMap<string, RelayedAnswer> =>
  answers.get(
    route,
    [],
    () =>
      new Map(
        (route.status?.robots ?? []).map((answer) => [objectKey(answer.namespace, answer.name), answer]),
      ),
  );

const answers = new ObjectMemo<RelayRoute, ReadonlyMap<string, RelayedAnswer>>();

/** A time that cannot be read is older than any other. */
const timeOf = ({ at }: RelayedAnswer): number => Date.parse(at) || 0;

function judgementOf(answer: RelayedAnswer | undefined): ConditionDraft {
  const judge = (status: ConditionDraft['status'], reason: ConditionDraft['reason'], message: string) =>
    ({ type: 'Delivering', status, reason, message }) as const;
  if (!answer)
    return judge(
      'Unknown',
      'NotVerified',
      'The relay has not reported an answer of DingTalk for this robot yet.',
    );
  if (answer.reason === 'ok')
    return judge('True', 'Delivering', "DingTalk accepted the relay's last message.");
  const reason = DELIVERY_REASONS.find((each) => each === answer.reason);
  if (!reason || reason === 'Delivering') {
    const message =
      'The relay reports an answer of DingTalk that this version of the operator does not know.';
    return judge('Unknown', 'NotVerified', message);
  }
  return judge('False', reason, refusalText({ ...answer, reason }));
}
