import type { RelayRoute } from '../../api/relay-route.ts';
import { parseKey } from '../../argocd/names.ts';
import { readProvenance } from '../../argocd/provenance.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import type { LiveKey, LiveState } from '../model/live.ts';
import type { LiveRoutes } from '../model/live-routes.ts';

/**
 * The live routes in the form of a ConfigMap, so that subscriptions of relayed robots are planned by the same code as those of
 * direct ones. A subscription without a route has its keys of Argo CD's ConfigMap: it may be about to move from there, and must not
 * start anew.
 */
export function virtualTarget(live: LiveState, routes: LiveRoutes): LiveState {
  return targets.get(routes, [live], () => {
    const events = new Map(live.events);
    const recipients = new Map(live.recipients);
    const entries = [];
    for (const [subscription, route] of routes.bySubscription) {
      events.set(subscription, routeKeys(route));
      const services = route.spec.robots.map(({ service }) => service);
      const triggers = route.spec.events.map(({ trigger }) => trigger);
      entries.push({ recipients: services, triggers });
      // A robot may be about to move to the relay, where another robot of the subscription is already.
      for (const trigger of triggers)
        recipients.set(trigger, new Set([...services, ...(live.recipients.get(trigger) ?? [])]));
    }
    return { ...live, events, recipients, entries: [...entries, ...live.entries] };
  });
}

const targets = new ObjectMemo<LiveRoutes, LiveState>();

/** The keys of a route; the same objects for the same route. */
export const routeKeys = (route: RelayRoute): readonly LiveKey[] =>
  keys.get(route, [], () => {
    const { configMap, subscription } = route.spec;
    return Object.entries(configMap).flatMap(([key, value]) => {
      const owner = parseKey(key);
      const isIts =
        owner?.kind === 'subscription' &&
        owner.namespace === subscription.namespace &&
        owner.name === subscription.name;
      const provenance = isIts ? readProvenance(value) : undefined;
      return provenance ? [{ key, value, provenance }] : [];
    });
  });

const keys = new ObjectMemo<RelayRoute, readonly LiveKey[]>();
