import { createServer, type Server } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { DURATION_BUCKETS, type EngineMetrics } from './engine/metrics.ts';

/** What the operator counts, for Prometheus. */
export interface Metrics {
  readonly registry: Registry;
  readonly engine: EngineMetrics;
  /** How many keys of others stop Argo CD's engine for everybody now. */
  foreignKeysBroken(count: number): void;
}

/** Makes the metrics; each call makes its own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const calls = new Histogram({
    name: 'argocd_dingtalk_engine_call_seconds',
    help: "How long Argo CD's engine took to answer, by call and result.",
    labelNames: ['call', 'result'],
    buckets: [...DURATION_BUCKETS],
    registers,
  });
  const ends = new Counter({
    name: 'argocd_dingtalk_engine_ends_total',
    help: 'How often the engine was ended: because it was idle, or because it had to be killed.',
    labelNames: ['cause'],
    registers,
  });
  const cache = new Counter({
    name: 'argocd_dingtalk_engine_cache_reads_total',
    help: 'Answers that were looked up, by whether they were there.',
    labelNames: ['result'],
    registers,
  });
  const running = new Gauge({
    name: 'argocd_dingtalk_engine_running',
    help: 'Whether the engine holds its memory now.',
    registers,
  });
  const foreign = new Gauge({
    name: 'argocd_dingtalk_foreign_keys_broken',
    help: "Keys of others in the ConfigMap that stop Argo CD's notifications for everybody.",
    registers,
  });
  return {
    registry,
    foreignKeysBroken: (count) => foreign.set(count),
    engine: {
      called: (call, result, seconds) => calls.observe({ call, result }, seconds),
      started: () => running.set(1),
      ended: (cause) => {
        ends.inc({ cause });
        running.set(cause === 'idle' || cause === 'closed' ? 0 : 1);
      },
      cacheRead: (result) => cache.inc({ result }),
    },
  };
}

/** Serves `/metrics` at `host:port`; resolves once it listens. */
export async function serveMetrics({ registry }: Metrics, listen: string): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  const separator = listen.lastIndexOf(':');
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(Number(listen.slice(separator + 1)), listen.slice(0, separator), resolve);
  await promise;
  return server;
}
