import { collectDefaultMetrics } from 'prom-client';
import { OPERATOR_VERSION } from '../api/version.ts';
import type { Instruments } from './instruments.ts';

/** Metrics of the library that break Prometheus' conventions: gauges that are named like counters. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** The metrics of a process: Node's own, its version, and whether it is ready. */
export function processMetrics(instruments: Instruments): { readonly isReady: (isReady: boolean) => void } {
  const { registry } = instruments;
  // The default, a timer of 10 ms, costs a tenth of a percent of a core.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  instruments
    .gauge({
      name: 'argocd_dingtalk_build_info',
      help: 'Always 1; the label has the version of the operator.',
      labelNames: ['version'],
    })
    .set({ version: OPERATOR_VERSION }, 1);
  const ready = instruments.gauge({
    name: 'argocd_dingtalk_ready',
    help: '1 if /readyz answers that this replica is ready, else 0.',
  });
  return { isReady: (isReady) => ready.set(isReady ? 1 : 0) };
}
