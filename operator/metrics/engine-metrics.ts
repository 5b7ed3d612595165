import { DURATION_BUCKETS, type EngineMetrics } from '../engine/metrics.ts';
import type { Instruments } from './instruments.ts';

/** The metrics of Argo CD's engine. */
export function engineMetrics(instruments: Instruments): {
  readonly engine: EngineMetrics;
  readonly engineAvailable: (isAvailable: boolean) => void;
} {
  const calls = instruments.histogram({
    name: 'argocd_dingtalk_engine_call_seconds',
    help: "Time that Argo CD's engine took to answer, by call and result.",
    labelNames: ['call', 'result'],
    buckets: DURATION_BUCKETS,
  });
  const ends = instruments.counter({
    name: 'argocd_dingtalk_engine_ends_total',
    help: "Ends of the engine's process, by cause: idle, closed, killed by the operator (deadline, memory, trap), or ended from outside.",
    labelNames: ['cause'],
  });
  for (const cause of ['idle', 'closed', 'deadline', 'memory', 'trap', 'outside']) ends.inc({ cause }, 0);
  const cache = instruments.counter({
    name: 'argocd_dingtalk_engine_cache_reads_total',
    help: "Reads of the cache of the engine's answers, by result: hit or miss.",
    labelNames: ['result'],
  });
  const running = instruments.gauge({
    name: 'argocd_dingtalk_engine_running',
    help: "1 while the engine's process is running, else 0.",
  });
  const available = instruments.gauge({
    name: 'argocd_dingtalk_engine_available',
    help: '1 if the last attempt to ask the engine gave an answer, else 0; 1 before the first attempt has ended.',
  });
  available.set(1);
  return {
    engineAvailable: (isAvailable) => available.set(isAvailable ? 1 : 0),
    engine: {
      called: (call, result, seconds) => calls.observe({ call, result }, seconds),
      started: () => running.set(1),
      ended: (cause) => {
        ends.inc({ cause });
        running.set(0);
      },
      cacheRead: (result) => cache.inc({ result }),
    },
  };
}
