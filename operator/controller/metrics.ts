import { createServer, type Server } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { DURATION_BUCKETS, type EngineMetrics } from '../engine/metrics.ts';

/** The operator's counters and gauges, for Prometheus. */
export interface Metrics {
  readonly registry: Registry;
  readonly engine: EngineMetrics;
  /** How many keys of other writers stop Argo CD's engine for everybody now. */
  foreignKeysBroken(count: number): void;
  /** A decision was made. */
  decided(seconds: number): void;
  /** How many resources the operator fails on now. */
  resourceFaults(count: number): void;
  /** A target object was written. */
  targetWritten(object: string): void;
  /** This many keys of the operator were found changed or removed. */
  keysLost(object: string, count: number): void;
  /** Whether another writer removes the operator's keys from a target object again and again. */
  targetContested(object: string, isContested: boolean): void;
  /** How many statuses differ from the wanted ones. */
  statusesPending(count: number): void;
  /** A status was sent, with this result. */
  statusSent(outcome: string): void;
}

/** Makes the metrics; each call makes its own registry. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const calls = new Histogram({
    name: 'argocd_dingtalk_engine_call_seconds',
    help: "Time that Argo CD's engine took to answer, by call and result.",
    labelNames: ['call', 'result'],
    buckets: [...DURATION_BUCKETS],
    registers,
  });
  const ends = new Counter({
    name: 'argocd_dingtalk_engine_ends_total',
    help: "Ends of the engine's process, by cause: idle, closed, killed by the operator (deadline, memory, trap), or ended from outside.",
    labelNames: ['cause'],
    registers,
  });
  const cache = new Counter({
    name: 'argocd_dingtalk_engine_cache_reads_total',
    help: "Reads of the cache of the engine's answers, by result: hit or miss.",
    labelNames: ['result'],
    registers,
  });
  const running = new Gauge({
    name: 'argocd_dingtalk_engine_running',
    help: "1 while the engine's process is running, else 0.",
    registers,
  });
  const foreign = new Gauge({
    name: 'argocd_dingtalk_foreign_keys_broken',
    help: 'Number of keys in the ConfigMap that the operator did not write and that stop all notifications of Argo CD.',
    registers,
  });
  const decisions = new Histogram({
    name: 'argocd_dingtalk_decision_seconds',
    help: "Time that the operator took to decide on the content of Argo CD's objects; a run decides once or a few times.",
    buckets: [0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5],
    registers,
  });
  const faults = new Gauge({
    name: 'argocd_dingtalk_resource_faults',
    help: 'Number of resources that the operator fails to handle because of its own bugs; its log has the stack of each.',
    registers,
  });
  const perObject = { labelNames: ['object'], registers };
  const writes = new Counter({
    name: 'argocd_dingtalk_target_writes_total',
    help: 'Writes to the ConfigMap and the Secret of Argo CD; the controller of Argo CD reloads its configuration after each.',
    ...perObject,
  });
  const lost = new Counter({
    name: 'argocd_dingtalk_keys_lost_total',
    help: 'Keys of the operator that another writer changed or removed.',
    ...perObject,
  });
  const contested = new Gauge({
    name: 'argocd_dingtalk_target_contested',
    help: "1 while another writer keeps changing or removing the operator's keys of an object, else 0.",
    ...perObject,
  });
  const pending = new Gauge({
    name: 'argocd_dingtalk_statuses_pending',
    help: 'Number of custom resources whose status the operator still has to write.',
    registers,
  });
  const statuses = new Counter({
    name: 'argocd_dingtalk_status_writes_total',
    help: 'Writes of statuses, by outcome: written, outdated (the resource changed or was deleted), failed (the operator tries again).',
    labelNames: ['outcome'],
    registers,
  });
  return {
    registry,
    statusesPending: (count) => pending.set(count),
    statusSent: (outcome) => statuses.inc({ outcome }),
    foreignKeysBroken: (count) => foreign.set(count),
    decided: (seconds) => decisions.observe(seconds),
    resourceFaults: (count) => faults.set(count),
    targetWritten: (object) => writes.inc({ object }),
    keysLost: (object, count) => lost.inc({ object }, count),
    targetContested: (object, isContested) => contested.set({ object }, isContested ? 1 : 0),
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
