import { labelsByName } from '../cluster/access.ts';
import { liveConfigMap, liveSecret } from '../cluster/live-object.ts';
import type { LeaderElection } from '../kubernetes/leader-election.ts';
import type { ServerClock } from '../kubernetes/server-clock.ts';
import type { CacheFigure } from '../metrics/api-metrics.ts';
import { objectFigures, resourceFigures, signatureFigures } from '../metrics/cluster-figures.ts';
import type { ClusterFigures, MetricSources } from '../metrics/metrics.ts';
import { type ReadinessFacts, readiness } from '../probes/readiness.ts';
import type { Caches } from './caches.ts';
import type { OperatorContext, OperatorParts } from './parts.ts';
import type { Worker } from './worker.ts';

type Context = Pick<OperatorContext, 'config'> & {
  readonly serverClock: Pick<ServerClock, 'skewMs' | 'now'>;
};
type Parts = Pick<OperatorParts, 'caches' | 'credentials' | 'credentialWatch' | 'engineAvailability'>;

/** Where the metrics find the values that are looked up when they are scraped. */
export function metricSources(
  parts: Parts,
  context: Context,
  worker: Pick<Worker, 'isWaiting'>,
  election: Pick<LeaderElection, 'missingRight'>,
): MetricSources {
  return {
    cluster: () => clusterFigures(parts, context),
    // Readiness does not need the watch of Secrets, since these are read again anyway.
    caches: () => [...cacheFigures(parts.caches), ...parts.credentialWatch.figure],
    clockSkewMs: () => context.serverClock.skewMs(),
    isReady: () => readiness(readinessFacts(parts, election)).ready,
    isRunWaiting: () => worker.isWaiting,
    isEngineAvailable: () => parts.engineAvailability.facts.ok,
  };
}

/** The facts that decide whether this replica is ready. */
export function readinessFacts(
  { caches, engineAvailability }: Pick<Parts, 'caches' | 'engineAvailability'>,
  { missingRight: leaseProblem }: Pick<LeaderElection, 'missingRight'>,
): ReadinessFacts {
  return { caches: cacheFigures(caches), engine: engineAvailability.facts, leaseProblem };
}

/** Argo CD's own ConfigMap only has a URL, which the operator's configuration can have, too. */
const OPTIONAL: keyof Caches = 'argocdConfigMap';

function cacheFigures(caches: Caches): CacheFigure[] {
  return Object.entries(caches).map(([name, { synced, ageMs, missingRight, counts }]) => ({
    name,
    synced,
    ageMs,
    mayBeForbidden: name === OPTIONAL,
    missingRight: missingRight === undefined ? undefined : `the operator ${missingRight}`,
    ...counts,
  }));
}

function clusterFigures(
  { caches, credentials }: Pick<Parts, 'caches' | 'credentials'>,
  { config, serverClock }: Context,
): ClusterFigures {
  const { namespace, configMap, secret } = config.target;
  const objects = {
    config,
    robots: caches.robots.items(),
    templates: caches.templates.items(),
    subscriptions: caches.subscriptions.items(),
    namespaces: labelsByName(caches.namespaces.items()),
    configMap: liveConfigMap(caches.configMap.get(namespace, configMap)),
    secret: liveSecret(caches.secret.get(namespace, secret)),
  };
  return {
    ...resourceFigures(objects),
    objects: objectFigures(objects),
    signatures: signatureFigures(objects, serverClock.now().getTime()),
    credentials: credentials.counts(),
  };
}
