import { resourceKey } from '../../api/names.ts';
import type { RelayedAnswer, RelayRoute } from '../../api/relay-route.ts';
import { liveRoutes } from '../../core/model/live-routes.ts';
import type { ResolvedRobot } from '../../core/model/resolved.ts';
import { lastAnswer } from '../../core/status/relayed-delivering.ts';
import { DELIVERY_REASONS, explain } from '../../dingtalk/explanations.ts';
import type { ClusterView } from './cluster-view.ts';
import { ok, problem, type Step, unknown, warning } from './step.ts';

/** Routes that an explanation of a robot names one by one. */
const MAX_NAMED = 10;

/** The RelayRoutes by which the relay sends to a robot, and DingTalk's last answer to the relay. */
export function relaySteps({ cr }: Pick<ResolvedRobot, 'cr'>, cluster: ClusterView): Step[] {
  const { snapshot, sees } = cluster;
  const { namespace } = snapshot.config.target;
  if (!sees.relayRoutes)
    return [unknown(`the relay sends to the robot; you may not read the RelayRoutes of ${namespace}`)];
  const { byRobot, gitee } = liveRoutes(snapshot);
  const key = resourceKey(cr);
  const routes = [...(byRobot.get(key) ?? []), ...(gitee.byRobot.get(key) ?? [])];
  if (routes.length === 0)
    return [
      warning(
        `no RelayRoute of ${namespace} sends to the robot`,
        'The operator writes a RelayRoute for each accepted subscription that names the robot: see the subscriptions.',
      ),
    ];
  const more = routes.length - MAX_NAMED;
  return [
    ...routes.slice(0, MAX_NAMED).map(loadedStep),
    ...(more > 0 ? [ok(`${more} more RelayRoutes of ${namespace} send to the robot`)] : []),
    answerStep(lastAnswer({ cr }, snapshot)),
  ];
}

/** Whether the relay works by a route. */
export function loadedStep({ metadata, spec, status }: RelayRoute): Step {
  const route = `RelayRoute ${metadata.namespace}/${metadata.name}`;
  const { generation } = metadata;
  const loaded = status?.observedGeneration;
  if (loaded === generation)
    return ok(
      `the relay has loaded ${route}, which has generation ${spec.subscription.generation} of the subscription`,
    );
  const known = loaded === undefined ? 'the relay has not loaded it' : `the relay has loaded ${loaded}`;
  return problem(
    `${route} has generation ${generation}, and ${known}`,
    "Is the relay running? Read the relay's log.",
  );
}

function answerStep(answer: RelayedAnswer | undefined): Step {
  if (!answer) return unknown('the relay has not reported an answer of DingTalk yet');
  const { member, at, errcode, words, ip } = answer;
  const to = member === undefined ? '' : ` to the robot of spec.pool[${member}]`;
  if (answer.reason === 'ok') return ok(`DingTalk accepted the relay's last message${to}, at ${at}`);
  const code = errcode === undefined ? '' : ` errcode ${errcode}`;
  const said = words === undefined ? '' : `: ${words}`;
  const text = `DingTalk did not accept the relay's last message${to}, at ${at}, ${answer.reason}${code}${said}`;
  const reason = DELIVERY_REASONS.find((each) => each === answer.reason);
  if (!reason) return problem(text);
  const { meaning, remedy } = explain({ reason, ...(ip !== undefined && { ip }) });
  return problem(`${text}. ${meaning.en.replace(/\.$/, '')}`, remedy?.en);
}
