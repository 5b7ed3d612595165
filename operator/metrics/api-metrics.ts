import type { CacheFacts } from '../probes/readiness.ts';
import type { Instruments } from './instruments.ts';

/** The facts about a cache, with the complete lists and the failures since the start. */
export interface CacheFigure extends CacheFacts {
  readonly lists: number;
  readonly failures: number;
}

/** The metrics of the API server as the operator sees it: requests, watch caches and the clock. */
export function apiMetrics(instruments: Instruments) {
  const labelNames = ['cache'] as const;
  const requests = instruments.counter({
    name: 'argocd_dingtalk_api_requests_total',
    help: 'Requests to the API server, by verb (the HTTP method, or WATCH) and code (the HTTP status, or none without an answer).',
    labelNames: ['verb', 'code'],
  });
  const age = instruments.gauge({
    name: 'argocd_dingtalk_cache_age_seconds',
    help: "Time since the API server's last sign of life for a watch cache; a bookmark counts.",
    labelNames,
  });
  const synced = instruments.gauge({
    name: 'argocd_dingtalk_cache_synced',
    help: '1 if a watch cache has been listed completely since the start, else 0.',
    labelNames,
  });
  const lists = instruments.counter({
    name: 'argocd_dingtalk_cache_lists_total',
    help: 'Complete lists of a watch cache.',
    labelNames,
  });
  const failures = instruments.counter({
    name: 'argocd_dingtalk_cache_failures_total',
    help: 'Failures to list or watch the objects of a watch cache.',
    labelNames,
  });
  const rights = instruments.gauge({
    name: 'argocd_dingtalk_cache_missing_right',
    help: '1 if the operator lacks the right to list or watch the objects of a watch cache, else 0.',
    labelNames,
  });
  const skew = instruments.gauge({
    name: 'argocd_dingtalk_clock_skew_seconds',
    help: "How far the API server's clock is ahead of the clock of this replica; 0 while it is within a second.",
  });
  return {
    /** @param code undefined if there was no answer */
    apiRequested: (verb: string, code: number | undefined) =>
      requests.inc({ verb, code: code === undefined ? 'none' : `${code}` }),
    cacheStates: (figures: readonly CacheFigure[]) => {
      // The caches count from the start of the process, as a counter does.
      for (const each of [age, synced, lists, failures, rights]) each.reset();
      for (const { name: cache, ...figure } of figures) {
        if (figure.ageMs !== undefined) age.set({ cache }, figure.ageMs / 1_000);
        synced.set({ cache }, figure.synced ? 1 : 0);
        lists.inc({ cache }, figure.lists);
        failures.inc({ cache }, figure.failures);
        rights.set({ cache }, figure.missingRight === undefined ? 0 : 1);
      }
    },
    clockSkew: (ms: number) => skew.set(ms / 1_000),
  };
}
