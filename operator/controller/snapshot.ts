import { RELAY_SERVICE } from '../argocd/names.ts';
import { labelsByName, projectsOf } from '../cluster/access.ts';
import { liveConfigMap, liveSecret } from '../cluster/live-object.ts';
import { liveProjects } from '../cluster/projects.ts';
import { type NextCapability, routesByName } from '../cluster/relay-routes.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import type { Snapshot } from '../core/model/snapshot.ts';
import type { KeyNames } from '../core/writes/told-keys.ts';
import { own } from '../lib/own.ts';
import type { Caches } from './caches.ts';

/** Both clocks at one moment. */
export type Times = Pick<Snapshot, 'now' | 'serverTime'>;

/** The input that stays the same throughout a run. */
export type Fixed = Times &
  Collections &
  Pick<Snapshot, 'credentials' | 'deliveries' | 'gitee' | 'answers'> & {
    readonly nextCapability: NextCapability;
  };

type Collections = Pick<Snapshot, 'robots' | 'templates' | 'subscriptions' | 'namespaces' | 'projects'>;

/** The custom resources, and the objects that decide their rights, as the caches have them now. */
export function collections(caches: Caches): Collections {
  const { robots, templates, subscriptions } = caches;
  return {
    robots: robots.items(),
    templates: templates.items(),
    subscriptions: subscriptions.items(),
    namespaces: labelsByName(caches.namespaces.items()),
    projects: projectsOf(caches.projects.items()),
  };
}

/** Makes the snapshot for a decision: the input that is fixed for the run, and the present target. */
export function takeSnapshot(
  caches: Caches,
  config: OperatorConfiguration,
  leftBehind: KeyNames,
  { nextCapability, ...fixed }: Fixed,
): Snapshot {
  const { namespace, configMap, secret } = config.target;
  const liveMap = liveConfigMap(caches.configMap.get(namespace, configMap));
  const liveSealed = liveSecret(caches.secret.get(namespace, secret));
  return {
    ...fixed,
    config,
    target: {
      configMap: liveMap && { ...liveMap, leftBehind: leftBehind.ConfigMap },
      secret: liveSealed && { ...liveSealed, leftBehind: leftBehind.Secret },
      ...(config.routing.projects === 'Annotation' && { projects: liveProjects(caches.projects.items()) }),
    },
    ...(caches.relayRoutes && {
      relay: {
        routes: routesByName(caches.relayRoutes.items()),
        newCapability: nextCapability(own(liveSealed?.data, RELAY_SERVICE)),
      },
    }),
    argocdUrl: caches.argocdConfigMap.get(namespace, config.argocd.configMap)?.data?.url,
  };
}
