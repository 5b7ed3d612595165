import { RELAY_SERVICE } from '../argocd/names.ts';
import { readCredential } from '../cluster/read-credential.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import type { DingTalkClient } from '../dingtalk/client.ts';
import type { Engine } from '../engine/types.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { readSecret } from '../kubernetes/credentials.ts';
import { decodeSecretValue } from '../kubernetes/secret-values.ts';
import type { Logger } from '../lib/logger.ts';
import { own } from '../lib/own.ts';
import type { CacheFigure } from '../metrics/api-metrics.ts';
import type { RelayMetricSources, RelayMetrics } from '../metrics/relay-metrics.ts';
import { EngineAvailability } from '../probes/engine-availability.ts';
import { allOfThem, cacheCheck, engineCheck, type Readiness, readinessCheck } from '../probes/readiness.ts';
import { acceptPost } from './accept.ts';
import { Capability } from './capability.ts';
import type { Delivery } from './delivery.ts';
import { Door } from './door.ts';
import type { RelayStore } from './model.ts';
import { RobotCredentials } from './robot-credentials.ts';
import { RouteWatch } from './route-watch.ts';
import { StatusReporter } from './status-reporter.ts';
import { StoreWatch } from './store-watch.ts';

/** The input of a relay. */
export interface RelayOptions {
  readonly config: OperatorConfiguration;
  /** Where Argo CD posts to, as `host:port`. */
  readonly listen: string;
  readonly delivery: Delivery;
  readonly kubeconfig: string | undefined;
  readonly log: Logger;
  /** Closed at shutdown. */
  readonly dingtalk: DingTalkClient;
  /** Makes the engine, once. */
  readonly engine: (metrics: RelayMetrics['engine']) => Engine;
  /** Local wall clock, in milliseconds since 1970. */
  readonly now: () => number;
  /** 0 ≤ n < 1 */
  readonly random: () => number;
}

/** The input from which the parts of the relay are built. */
export interface RelayContext extends RelayOptions {
  readonly store: RelayStore;
  readonly metrics: RelayMetrics;
  readonly connection: Connection;
}

/** Builds the parts that live as long as the process; nothing is started yet. */
export function createRelayParts(context: RelayContext) {
  const { config, connection, log, metrics, now, random, store } = context;
  const { namespace } = config.target;
  const clock = () => performance.now();
  const watch: RouteWatch = new RouteWatch({
    ...{ connection, namespace, log, clock, random },
    onChange: () => statuses.look(),
  });
  const storeWatch = new StoreWatch({ store, log, onAnswers: () => statuses.look() });
  const statuses = new StatusReporter({
    ...{ routes: watch.routes, current: watch.current, write: watch.writeStatus },
    ...{ answers: storeWatch.answers, onWritten: metrics.routeStatus, clock, log },
  });
  const availability = new EngineAvailability(log, 'Argo CD has to post its events again');
  const engine = availability.watch(context.engine(metrics.engine));
  const capability = new Capability({ read: () => readCapability(context), clock, log });
  const credentials = new RobotCredentials({
    ...{ config, now, routes: watch.routes },
    read: readCredential(connection),
  });
  const accepting = {
    ...{ engine, store: storeWatch.noted, routes: watch.index, argocdUrl: config.argocd.url, now, log },
    ...{ onStored: metrics.stored, onFailed: metrics.routeFailed },
  };
  const door = new Door({
    judge: (token) => capability.judge(token),
    accept: (body) => acceptPost(body, accepting),
    onAnswered: metrics.answered,
    clock,
  });
  const readiness = (): Readiness =>
    allOfThem([
      cacheCheck(figureOf(watch)),
      readinessCheck(
        'capability',
        capability.isKnown ? undefined : 'the capability of the relay is not known yet',
      ),
      readinessCheck('store', storeWatch.problem),
      engineCheck(availability.facts),
    ]);
  const metricSources: RelayMetricSources = {
    caches: () => [figureOf(watch)],
    isReady: () => readiness().ready,
    isEngineAvailable: () => availability.facts.ok,
    routes: () => ({
      loaded: watch.routes().length,
      unreadable: watch.index()?.problems.length ?? 0,
    }),
  };
  return { watch, storeWatch, statuses, engine, capability, credentials, door, readiness, metricSources };
}

/** The parts of a relay. */
export type RelayParts = ReturnType<typeof createRelayParts>;

/** Reads the one Secret that Argo CD reads, too, and takes the one key of it. */
async function readCapability({ connection, config }: RelayContext): Promise<string | undefined> {
  const { namespace, secret } = config.target;
  const read = await readSecret(connection.request, namespace, secret);
  const value = read.found ? own(read.data, RELAY_SERVICE) : undefined;
  return value === undefined ? undefined : decodeSecretValue(value);
}

const figureOf = ({ cache: { name, synced, ageMs, missingRight, counts } }: RouteWatch): CacheFigure => ({
  ...{ name, synced, ageMs, ...counts },
  missingRight: missingRight === undefined ? undefined : `the relay ${missingRight}`,
});
