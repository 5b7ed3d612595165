import type { Instruments } from './instruments.ts';

/** The metrics of the runs. */
export function loopMetrics(instruments: Instruments) {
  const decisions = instruments.histogram({
    name: 'argocd_dingtalk_decision_seconds',
    help: "Time that the operator took to decide on the content of Argo CD's objects; a run decides once or a few times.",
    buckets: [0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5],
  });
  const runs = instruments.histogram({
    name: 'argocd_dingtalk_run_seconds',
    help: 'Time that a run took, from the watch caches to the writes, by result: done or failed (the operator tries again).',
    labelNames: ['result'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  });
  for (const result of ['done', 'failed']) runs.zero({ result });
  const waiting = instruments.gauge({
    name: 'argocd_dingtalk_run_waiting',
    help: '1 while a run is requested that has not begun, a retry included, else 0.',
  });
  return {
    /** A decision was made. */
    decided: (seconds: number) => decisions.observe(seconds),
    /** A run has ended. */
    ran: (seconds: number, result: 'done' | 'failed') => runs.observe({ result }, seconds),
    runWaits: (isWaiting: boolean) => waiting.set(isWaiting ? 1 : 0),
  };
}
