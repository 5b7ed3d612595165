import {
  API_VERSION,
  type ApplicationSubscription,
  type DingTalkRobot,
  type NotificationTemplate,
} from '../../api/kinds.ts';
import {
  type ApplicationRouteSpec,
  RELAY_ROUTE,
  type RelayRoute,
  type RelayRouteSpec,
} from '../../api/relay-route.ts';
import { eventKeyName, parseKey, serviceName } from '../../argocd/names.ts';
import { decide } from '../../core/decide.ts';
import { clusterGrants, projectGrants } from '../../core/resolve/grants.ts';
import { config, robot, snapshot, subscription } from '../../core/testing/fixtures.ts';

/** A RelayRoute in which the operator's own compiler has written the triggers and templates. */
export function compiledRoute(
  cr: ApplicationSubscription = subscription(),
  robots: readonly DingTalkRobot[] = [robot()],
  fields: Record<string, unknown> = {},
  templates: readonly NotificationTemplate[] = [],
): RelayRoute<ApplicationRouteSpec> {
  const given = snapshot({ robots, templates, subscriptions: [cr], config: config(fields) });
  const { plan } = decide(given);
  const { namespace, name, uid, generation } = cr.metadata;
  const isOwn = (key: string): boolean => {
    const owner = parseKey(key);
    return owner?.kind === 'subscription' && owner.namespace === namespace && owner.name === name;
  };
  const { mode, destinations } = given.config.tenancy;
  const spec: ApplicationRouteSpec = {
    subscription: { namespace, name, uid, generation },
    scope: {
      open: mode === 'open',
      projects: projectGrants(given).of(namespace),
      ...(destinations === 'Trusted' && { clusters: clusterGrants(given).of(namespace) }),
      applications: cr.spec.applications,
    },
    configMap: Object.fromEntries(Object.entries(plan.configMap).filter(([key]) => isOwn(key))),
    events: cr.spec.events.map(({ name: own, trigger }) => {
      const event = own ?? trigger ?? '';
      return {
        name: event,
        trigger: eventKeyName(namespace, name, event),
        ...(trigger !== undefined && { catalogueName: trigger }),
      };
    }),
    robots: robots.map(({ metadata, spec: { webhook, signing } }) => ({
      ...{ namespace: metadata.namespace, name: metadata.name },
      service: serviceName(metadata.namespace, metadata.name),
      webhook: webhook.secretKeyRef,
      ...(signing && { signing: signing.secretKeyRef }),
      ...{ locale: 'en' as const, timeZone: 'UTC', keywords: [] },
    })),
  };
  return routeWith(spec);
}

/** A RelayRoute with this spec. */
export function routeWith<Spec extends RelayRouteSpec>(
  spec: Spec,
  fields: Partial<RelayRoute['metadata']> = {},
): RelayRoute<Spec> {
  const name = `${spec.subscription.namespace}.${spec.subscription.name}`;
  return {
    apiVersion: API_VERSION,
    kind: RELAY_ROUTE.kind,
    metadata: {
      ...{ name, namespace: 'argocd', uid: `route-${name}`, generation: 1, resourceVersion: '1' },
      creationTimestamp: '2026-11-23T07:00:00Z',
      ...fields,
    },
    spec,
  };
}
