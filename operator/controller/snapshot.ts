import type { OperatorConfiguration } from '../config.ts';
import type { Snapshot } from '../core/snapshot.ts';
import type { Caches } from './caches.ts';
import { liveConfigMap, liveSecret } from './live-object.ts';
import { liveProjects } from './projects.ts';

/** Both clocks at one moment. */
export type Times = Pick<Snapshot, 'now' | 'serverTime'>;

/** What is the same throughout a run. */
export type Fixed = Times &
  Pick<Snapshot, 'robots' | 'templates' | 'subscriptions' | 'credentials' | 'deliveries' | 'answers'>;

/** The custom resources as the caches have them now. */
export function customResources({ robots, templates, subscriptions }: Caches) {
  return { robots: robots.items(), templates: templates.items(), subscriptions: subscriptions.items() };
}

/** Takes the picture that a decision is made from: what is fixed for the run, and the target as it is now. */
export function takeSnapshot(caches: Caches, config: OperatorConfiguration, fixed: Fixed): Snapshot {
  const { namespace, configMap, secret } = config.target;
  return {
    ...fixed,
    config,
    target: {
      configMap: liveConfigMap(caches.configMap.get(namespace, configMap)),
      secret: liveSecret(caches.secret.get(namespace, secret)),
      ...(caches.projects && { projects: liveProjects(caches.projects.items()) }),
    },
    argocdUrl: caches.argocdConfigMap.get(namespace, config.argocd.configMap)?.data?.url,
  };
}
