/**
 * The operator's metrics for Prometheus. Each file has the metrics of one concept, instruments.ts makes them, and this
 * file puts them together. docs/metrics.md lists all of them.
 */

import { apiMetrics, type CacheFigure } from './api-metrics.ts';
import { engineMetrics } from './engine-metrics.ts';
import { giteeMetrics } from './gitee-metrics.ts';
import { Instruments } from './instruments.ts';
import { loopMetrics } from './loop-metrics.ts';
import { processMetrics } from './process-metrics.ts';
import {
  type ReasonFigure,
  type ResourceFigure,
  resourceMetrics,
  type SignatureFigures,
} from './resource-metrics.ts';
import { type ObjectFigure, targetMetrics } from './target-metrics.ts';

/** Facts about the cluster. Only the leader reports them, and only when it is scraped. */
export interface ClusterFigures {
  readonly resources: readonly ResourceFigure[];
  readonly notReady: readonly ReasonFigure[];
  readonly objects: readonly ObjectFigure[];
  readonly signatures: SignatureFigures;
  /** By state. */
  readonly credentials: Readonly<Record<string, number>>;
}

/** The sources of the values that are looked up when Prometheus asks for them. */
export interface MetricSources {
  readonly cluster: () => ClusterFigures;
  readonly caches: () => readonly CacheFigure[];
  /** How far the API server's clock is ahead of the local one, in milliseconds. */
  readonly clockSkewMs: () => number;
  readonly isReady: () => boolean;
  readonly isRunWaiting: () => boolean;
  readonly isEngineAvailable: () => boolean;
}

/** The operator's counters and gauges. */
export type Metrics = ReturnType<typeof createMetrics>;

/** Makes the metrics; each call makes its own registry. */
export function createMetrics() {
  const instruments = new Instruments();
  const { registry } = instruments;
  const { isReady: readyIs } = processMetrics(instruments);
  const leader = instruments.gauge({
    name: 'argocd_dingtalk_leader',
    help: '1 if this replica leads, which means that it decides and writes, else 0.',
  });
  const { engineAvailable, engine } = engineMetrics(instruments);
  const { targetSizes, ...target } = targetMetrics(instruments);
  const { resourceStates, signatureStates, credentialSecrets, ...resources } = resourceMetrics(instruments);
  const gitee = giteeMetrics(instruments);
  const { runWaits, ...loop } = loopMetrics(instruments);
  const { cacheStates, clockSkew, ...api } = apiMetrics(instruments);
  let sources: MetricSources | undefined;
  const lookUp = ({
    cluster,
    caches,
    clockSkewMs,
    isReady,
    isRunWaiting,
    isEngineAvailable,
  }: MetricSources) => {
    readyIs(isReady());
    runWaits(isRunWaiting());
    engineAvailable(isEngineAvailable());
    cacheStates(caches());
    clockSkew(clockSkewMs());
    if (!instruments.isLeading) return;
    const figures = cluster();
    resourceStates(figures.resources, figures.notReady);
    targetSizes(figures.objects);
    signatureStates(figures.signatures);
    credentialSecrets(figures.credentials);
  };
  return {
    ...target,
    ...resources,
    ...gitee,
    ...loop,
    ...api,
    engine,
    registry,
    /** Where to look values up from now on. */
    attach: (from: MetricSources) => {
      sources = from;
    },
    /** Says whether this replica leads. The gauges about the cluster vanish when it stops leading. */
    leads: (isLeading: boolean) => {
      leader.set(isLeading ? 1 : 0);
      instruments.lead(isLeading);
    },
    /** All metrics in Prometheus' text format. */
    scrape: async () => {
      if (sources) lookUp(sources);
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
