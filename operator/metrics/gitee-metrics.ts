import type { Instruments } from './instruments.ts';

/** The metrics of the hooks of Gitee repositories. */
export function giteeMetrics(instruments: Instruments) {
  const requests = instruments.counter({
    name: 'argocd_dingtalk_gitee_requests_total',
    help: 'Requests to Gitee about hooks, by outcome: ok, unauthorized, forbidden, missing, refused, throttled, unavailable (5xx or no answer), or unexpected.',
    labelNames: ['outcome'],
  });
  const hooks = instruments.leaderGauge({
    name: 'argocd_dingtalk_gitee_hooks',
    help: 'Number of hooks of Gitee repositories, by state: kept (as declared), failing (not as declared, or not known), or leaving (still there, although no subscription wants them).',
    labelNames: ['state'],
  });
  return {
    /** A request to Gitee has ended. */
    giteeRequested: (outcome: string) => requests.inc({ outcome }),
    /** The hooks as they were last seen. */
    giteeHooks: (counts: Readonly<Record<'kept' | 'failing' | 'leaving', number>>) => {
      for (const [state, count] of Object.entries(counts)) hooks.set({ state }, count);
    },
  };
}
