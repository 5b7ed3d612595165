import { apiMetrics, type CacheFigure } from './api-metrics.ts';
import { engineMetrics } from './engine-metrics.ts';
import { Instruments } from './instruments.ts';
import { processMetrics } from './process-metrics.ts';

/** The sources of the values that are looked up when Prometheus asks the relay for them. */
export interface RelayMetricSources {
  readonly caches: () => readonly CacheFigure[];
  /** How far the API server's clock is ahead of the local one, in milliseconds. */
  readonly clockSkewMs: () => number;
  readonly isReady: () => boolean;
  readonly isEngineAvailable: () => boolean;
  /** How many routes there are, by whether the relay can read them. */
  readonly routes: () => { readonly loaded: number; readonly unreadable: number };
}

/** The relay's counters and gauges. */
export type RelayMetrics = ReturnType<typeof createRelayMetrics>;

/** Makes the metrics of the relay; each call makes its own registry. */
export function createRelayMetrics() {
  const instruments = new Instruments();
  const { registry } = instruments;
  const { isReady: readyIs } = processMetrics(instruments);
  const { engineAvailable, engine } = engineMetrics(instruments);
  const { cacheStates, apiRequested, clockSkew } = apiMetrics(instruments);
  const { routesAre, ...door } = doorMetrics(instruments);
  const sender = senderMetrics(instruments);
  let sources: RelayMetricSources | undefined;
  return {
    ...door,
    ...sender,
    apiRequested,
    engine,
    registry,
    /** Where to look values up from now on. */
    attach: (from: RelayMetricSources) => {
      sources = from;
    },
    /** All metrics in Prometheus' text format. */
    scrape: async () => {
      if (sources) {
        readyIs(sources.isReady());
        engineAvailable(sources.isEngineAvailable());
        cacheStates(sources.caches());
        clockSkew(sources.clockSkewMs());
        routesAre(sources.routes());
      }
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

/** The metrics of the door, and of what is behind it. */
function doorMetrics(instruments: Instruments) {
  const requests = instruments.histogram({
    name: 'argocd_dingtalk_relay_request_seconds',
    help: 'Time from a request of Argo CD to the answer, by code (202 stored, 200 nobody is told, 503 the relay cannot store now, and refusals).',
    labelNames: ['code'],
    buckets: [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  });
  for (const code of ['200', '202', '503']) requests.zero({ code });
  const messages = instruments.counter({
    name: 'argocd_dingtalk_relay_messages_accepted_total',
    help: 'Messages that the relay has stored; repetitions do not count.',
  });
  const failures = instruments.counter({
    name: 'argocd_dingtalk_relay_route_failures_total',
    help: 'Events of a subscription that are lost since the engine failed on them, by step: evaluate or render.',
    labelNames: ['step'],
  });
  for (const step of ['evaluate', 'render']) failures.inc({ step }, 0);
  const routes = instruments.gauge({
    name: 'argocd_dingtalk_relay_routes',
    help: 'Number of RelayRoutes by state: loaded, or unreadable (the log of the relay names the field).',
    labelNames: ['state'],
  });
  const statuses = instruments.counter({
    name: 'argocd_dingtalk_relay_status_writes_total',
    help: 'Writes of statuses of RelayRoutes, by outcome: written, or failed (the relay tries again).',
    labelNames: ['outcome'],
  });
  for (const outcome of ['written', 'failed']) statuses.inc({ outcome }, 0);
  return {
    answered: (status: number, seconds: number) => requests.observe({ code: `${status}` }, seconds),
    stored: (count: number) => messages.inc(count),
    routeFailed: (step: 'evaluate' | 'render') => failures.inc({ step }),
    routeStatus: (outcome: 'written' | 'failed') => statuses.inc({ outcome }),
    routesAre: ({ loaded, unreadable }: { readonly loaded: number; readonly unreadable: number }) => {
      routes.set({ state: 'loaded' }, loaded);
      routes.set({ state: 'unreadable' }, unreadable);
    },
  };
}

/** The metrics of the requests to DingTalk. */
function senderMetrics(instruments: Instruments) {
  const labelNames = ['kind', 'ending'] as const;
  const requests = instruments.histogram({
    name: 'argocd_dingtalk_relay_delivery_seconds',
    help: 'Duration of a request to DingTalk, by kind (message or digest) and ending (sent, again: the relay repeats it, or dead).',
    labelNames,
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  });
  const messages = instruments.counter({
    name: 'argocd_dingtalk_relay_messages_ended_total',
    help: 'Messages whose delivery has ended, by ending: sent (also as a part of a digest), or dead.',
    labelNames: ['ending'],
  });
  for (const ending of ['sent', 'dead']) messages.inc({ ending }, 0);
  return {
    /** @param count how many messages were in the request */
    delivered: (
      { kind, ending }: { readonly kind: 'message' | 'digest'; readonly ending: 'sent' | 'again' | 'dead' },
      count: number,
      seconds: number,
    ) => {
      requests.observe({ kind, ending }, seconds);
      if (ending !== 'again') messages.inc({ ending }, count);
    },
  };
}
