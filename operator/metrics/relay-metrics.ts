import { DELIVERY_REASONS } from '../dingtalk/explanations.ts';
import { GITEE_EVENTS } from '../gitee/events.ts';
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
  /** What waits in the store. */
  readonly queue: () => { readonly messages: number; readonly oldestMs: number };
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
  const { queueIs, ...messages } = messageMetrics(instruments);
  const gitee = giteeMetrics(instruments);
  let sources: RelayMetricSources | undefined;
  return {
    ...door,
    ...messages,
    ...gitee,
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
        queueIs(sources.queue());
      }
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

/** How a look-up of a commit can end. */
const COMMIT_OUTCOMES = [
  'found',
  'remembered',
  'unknown',
  'forbidden',
  'timeout',
  'unavailable',
  'skipped',
] as const;

/** @returns counts a request, by the status of its answer */
function requestCounter(instruments: Instruments, name: string, door: string): (status: number) => void {
  const requests = instruments.counter({
    name,
    help: `Requests to ${door}, by answer (the HTTP status).`,
    labelNames: ['answer'],
  });
  for (const answer of ['200', '202', '401', '503']) requests.inc({ answer }, 0);
  return (status) => requests.inc({ answer: `${status}` });
}

/** The metrics of the door, and of what is behind it. */
function doorMetrics(instruments: Instruments) {
  const requested = requestCounter(instruments, 'argocd_dingtalk_relay_requests_total', 'the relay');
  const durations = instruments.histogram({
    name: 'argocd_dingtalk_relay_request_duration_seconds',
    help: 'Time that the relay took to answer a request of Argo CD.',
    buckets: [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  });
  const failures = instruments.counter({
    name: 'argocd_dingtalk_relay_route_failures_total',
    help: 'Events of a subscription that are lost since the engine failed on them, by step: evaluate or render.',
    labelNames: ['step'],
  });
  for (const step of ['evaluate', 'render']) failures.inc({ step }, 0);
  const routes = instruments.gauge({
    name: 'argocd_dingtalk_relay_routes',
    help: 'Number of subscriptions that this replica of the relay has loaded.',
  });
  const unreadable = instruments.gauge({
    name: 'argocd_dingtalk_relay_routes_unreadable',
    help: 'Number of RelayRoutes that this replica of the relay cannot read; its log names the field.',
  });
  const lookUps = instruments.counter({
    name: 'argocd_dingtalk_relay_commit_lookups_total',
    help: 'Look-ups of commits that messages show, by outcome: found, remembered, unknown, forbidden, timeout, unavailable, or skipped (not asked, after failures).',
    labelNames: ['outcome'],
  });
  for (const outcome of COMMIT_OUTCOMES) lookUps.inc({ outcome }, 0);
  return {
    commitLookedUp: (outcome: (typeof COMMIT_OUTCOMES)[number]) => lookUps.inc({ outcome }),
    answered: (status: number, seconds: number) => {
      requested(status);
      durations.observe(seconds);
    },
    routeFailed: (step: 'evaluate' | 'render') => failures.inc({ step }),
    routesAre: (count: { readonly loaded: number; readonly unreadable: number }) => {
      routes.set(count.loaded);
      unreadable.set(count.unreadable);
    },
  };
}

/** The metrics of messages, from the store to DingTalk. */
function messageMetrics(instruments: Instruments) {
  const messages = instruments.counter({
    name: 'argocd_dingtalk_relay_messages_total',
    help: 'Messages by result: stored, repeated (dropped, because it was there already), sent (also in a digest), dead (refused for good), or expired (it had waited too long).',
    labelNames: ['result'],
  });
  for (const result of ['stored', 'repeated', 'sent', 'dead', 'expired']) messages.inc({ result }, 0);
  const deliveries = instruments.counter({
    name: 'argocd_dingtalk_relay_deliveries_total',
    help: 'Requests to DingTalk, by the reason of its answer; Delivering is a success.',
    labelNames: ['reason'],
  });
  // A series that begins with its first count has no increase, and an alert does not see it.
  for (const reason of DELIVERY_REASONS) deliveries.inc({ reason }, 0);
  const waiting = instruments.gauge({
    name: 'argocd_dingtalk_relay_queue_messages',
    help: 'Number of messages in the store that wait to be sent.',
  });
  const oldest = instruments.gauge({
    name: 'argocd_dingtalk_relay_queue_oldest_seconds',
    help: 'How long the oldest message in the store has waited, from the end of quiet hours on; 0 without messages.',
  });
  return {
    accepted: ({ stored, repeated }: { readonly stored: number; readonly repeated: number }) => {
      messages.inc({ result: 'stored' }, stored);
      messages.inc({ result: 'repeated' }, repeated);
    },
    /** A request to DingTalk has an answer. */
    delivered: (reason: string) => deliveries.inc({ reason }),
    /** Messages will not be sent any more. */
    ended: (result: 'sent' | 'dead' | 'expired', count: number) => messages.inc({ result }, count),
    queueIs: (queue: { readonly messages: number; readonly oldestMs: number }) => {
      waiting.set(queue.messages);
      oldest.set(queue.oldestMs / 1_000);
    },
  };
}

/** The metrics of the door for Gitee. */
function giteeMetrics(instruments: Instruments) {
  const name = 'argocd_dingtalk_relay_gitee_requests_total';
  const events = instruments.counter({
    name: 'argocd_dingtalk_relay_gitee_events_total',
    help: 'Posts of Gitee that a subscription wants a message about, by kind: the trigger, or ping.',
    labelNames: ['kind'],
  });
  for (const kind of [...Object.keys(GITEE_EVENTS), 'ping']) events.inc({ kind }, 0);
  return {
    giteeAnswered: requestCounter(instruments, name, 'the door for Gitee'),
    giteeHappened: (kind: string) => events.inc({ kind }),
  };
}
