import type { Finding } from '../../api/finding.ts';
import type { NotificationSubscription } from '../../api/kinds.ts';
import { resourceKey } from '../../api/names.ts';
import { type ApplicationRouteSpec, type RelayRoute, relayRouteName } from '../../api/relay-route.ts';
import { RELAY_SERVICE, relayedEventName, serviceKey, templateKey, triggerKey } from '../../argocd/names.ts';
import { own } from '../../lib/own.ts';
import { liveRecipients } from '../model/live.ts';
import { liveRoutes } from '../model/live-routes.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { isLoaded } from '../plan/moves.ts';
import type { Plan } from '../plan/placements.ts';
import { isSameRoute } from '../relay/relay.ts';
import { entryKey } from '../writes/our-part.ts';
import type { ObservedState } from './observed-state.ts';

/** The part of a subscription that goes to relayed robots. */
export interface RelayedPart {
  /** The route that exists. */
  readonly route: RelayRoute | undefined;
  /** Whether the plan has a route. */
  readonly isWanted: boolean;
  /** Whether the route is as planned, and Argo CD posts its events. */
  readonly isLive: boolean;
  /** The relay has not loaded the route as it is. */
  readonly awaits: Finding | undefined;
  /** The keys of the ConfigMap that it needs; entries of the shared key by `entryKey`. */
  readonly keys: () => readonly string[];
}

/** The route of this very subscription. A subscription that was deleted and made again is another one. */
export function routeOf(
  cr: NotificationSubscription,
  snapshot: Pick<Snapshot, 'relay'>,
): RelayRoute | undefined {
  const route = liveRoutes(snapshot).bySubscription.get(resourceKey(cr));
  return route?.spec.subscription.uid === cr.metadata.uid ? route : undefined;
}

/** Compares the planned route of a subscription with the one that exists. */
export function relayedPart(cr: NotificationSubscription, observed: ObservedState): RelayedPart {
  const { plan, snapshot } = observed;
  const wanted = plan.routes.get(relayRouteName(cr.metadata.namespace, cr.metadata.name));
  const route = routeOf(cr, snapshot);
  if (!wanted)
    return { route, isWanted: false, isLive: route === undefined, awaits: undefined, keys: () => [] };
  const awaits = route && isLoaded(route) ? undefined : AWAITS_RELAY;
  return {
    route,
    isWanted: true,
    isLive: isSameRoute(wanted, route?.spec) && (awaits !== undefined || isPosted(cr, wanted, observed)),
    awaits,
    keys: () => [
      serviceKey(RELAY_SERVICE),
      ...sentTriggers(cr, wanted, plan).flatMap((name) => [
        triggerKey(name),
        templateKey(name),
        entryKey(name),
      ]),
    ],
  };
}

const AWAITS_RELAY: Finding = {
  reason: 'AwaitsRelay',
  message:
    'The relay has not loaded this generation yet. Until then, it goes on with the one before, if there is one, and Argo CD goes on with robots that move to the relay.',
};

/** Names of the triggers that post the events of a route. */
const sentTriggers = (
  cr: NotificationSubscription,
  { events }: ApplicationRouteSpec,
  { posted }: Pick<Plan, 'posted'>,
): readonly string[] => [
  ...events.flatMap(({ catalogueName }) =>
    catalogueName === undefined ? [] : [relayedEventName(catalogueName)],
  ),
  ...(posted.get(resourceKey(cr))?.entry.triggers ?? []),
];

/** Whether Argo CD's objects have all that posts the events of a route. */
function isPosted(
  cr: NotificationSubscription,
  wanted: ApplicationRouteSpec,
  { plan, live, snapshot }: ObservedState,
): boolean {
  const { configMap, secret } = snapshot.target;
  const isThere = (key: string): boolean => {
    const planned = own(plan.configMap, key);
    return planned !== undefined && own(configMap?.data, key) === planned;
  };
  return (
    isThere(serviceKey(RELAY_SERVICE)) &&
    own(secret?.data, RELAY_SERVICE) !== undefined &&
    sentTriggers(cr, wanted, plan).every(
      (name) =>
        isThere(triggerKey(name)) &&
        isThere(templateKey(name)) &&
        liveRecipients(live, name).has(RELAY_SERVICE),
    )
  );
}
