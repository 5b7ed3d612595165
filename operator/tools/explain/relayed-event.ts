import type { NotificationSubscription } from '../../api/kinds.ts';
import { type RelayRouteSpec, relayRouteName } from '../../api/relay-route.ts';
import {
  eventKeyName,
  postedEventName,
  RELAY_SERVICE,
  relayedEventName,
  SUBSCRIPTIONS_KEY,
  triggerKey,
} from '../../argocd/names.ts';
import { liveRecipients } from '../../core/model/live.ts';
import { isSameRoute } from '../../core/relay/relay.ts';
import { own } from '../../lib/own.ts';
import { type ClusterView, operatorHint } from './cluster-view.ts';
import { ok, problem, type Step, unknown, warning } from './step.ts';

/** An event on its way to the relay: its route, and the keys by which Argo CD posts it; none if no robot of it is relayed. */
export function relayedEventSteps(event: string, cr: NotificationSubscription, cluster: ClusterView): Step[] {
  const { decision } = cluster;
  const { namespace, name } = cr.metadata;
  const wanted = decision.plan.routes.get(relayRouteName(namespace, name));
  if (!wanted) return [];
  const routed = wanted.events.find((each) => each.name === event);
  if (!routed)
    return [warning('the live version of the subscription has no such event: see the subscription')];
  const posted =
    routed.catalogueName === undefined
      ? eventKeyName(namespace, name, postedEventName(event))
      : relayedEventName(routed.catalogueName);
  return [plannedRouteStep(wanted, cluster), postStep(posted, cluster)];
}

/** Whether the route of a subscription is as planned. */
export function plannedRouteStep(wanted: RelayRouteSpec, { snapshot, sees, presence }: ClusterView): Step {
  const { namespace, name } = wanted.subscription;
  const key = relayRouteName(namespace, name);
  const route = `RelayRoute ${snapshot.config.target.namespace}/${key}`;
  if (!sees.relayRoutes) return unknown(`${route} has the event for the relay; you may not read it`);
  const live = snapshot.relay?.routes.get(key);
  if (!live) return problem(`there is no ${route}`, operatorHint(presence));
  if (isSameRoute(wanted, live.spec)) return ok(`${route} has the event for the relay`);
  const differs = `${route} differs from the plan`;
  if (!sees.settings || !sees.grants)
    return unknown(`${differs}; this command does not know all grants and settings`);
  return problem(differs, operatorHint(presence));
}

/**
 * Whether Argo CD posts an event to the relay.
 * @param posted the name of the trigger for it
 */
function postStep(posted: string, { snapshot, decision, sees, presence }: ClusterView): Step {
  const { namespace, configMap } = snapshot.config.target;
  const place = `ConfigMap ${namespace}/${configMap}`;
  if (!sees.configMap) return unknown(`${triggerKey(posted)} in ${place}: you may not read the ConfigMap`);
  if (own(snapshot.target.configMap?.data, triggerKey(posted)) === undefined)
    return problem(`${place} has no key ${triggerKey(posted)}`, operatorHint(presence));
  if (!liveRecipients(decision.live, posted).has(RELAY_SERVICE))
    return problem(
      `${SUBSCRIPTIONS_KEY} has no entry that sends ${posted} to the relay`,
      operatorHint(presence),
    );
  return ok(
    `${SUBSCRIPTIONS_KEY} sends ${posted} to the relay, and the relay decides about which Applications`,
  );
}
