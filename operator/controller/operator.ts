import type { Server } from 'node:http';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import dotI from '@dot-i/k8s-operator';
import { ENGINE_NAME, locateEngine } from '../../engine/locate.ts';
import { createFaultReporter } from '../cluster/fault-reporter.ts';
import { engineAsker, Gate } from '../cluster/gate.ts';
import { readCredential } from '../cluster/read-credential.ts';
import { readObject } from '../cluster/target-reader.ts';
import { TargetWriter } from '../cluster/target-writer.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import type { GateAnswer } from '../core/model/engine-api.ts';
import type { DingTalkClient } from '../dingtalk/client.ts';
import { createEngine } from '../engine/client.ts';
import type { Engine } from '../engine/types.ts';
import { VerdictCache } from '../engine/verdict-cache.ts';
import { ConflictError } from '../kubernetes/api-error.ts';
import { BackgroundEvents } from '../kubernetes/background-events.ts';
import { type Connection, connect } from '../kubernetes/connection.ts';
import { createEventRecorder } from '../kubernetes/events.ts';
import { ServerClock } from '../kubernetes/server-clock.ts';
import type { Logger } from '../lib/logger.ts';
import { Alarm } from './alarm.ts';
import { type Caches, createCaches } from './caches.ts';
import type { LoopClocks } from './clocks.ts';
import { createCoexistenceReporter } from './conflict-reporter.ts';
import { CredentialCache } from './credentials.ts';
import { createGrantReporter } from './grant-reporter.ts';
import { MemorySaver } from './memory-saver.ts';
import { createMetrics, serveMetrics } from './metrics.ts';
import { Reconciler } from './reconciler.ts';
import { createReporter, currentOf } from './report.ts';
import { RobotChecker } from './robot-checker.ts';
import { StatusWriter } from './status-writer.ts';
import { TargetGuard } from './target-guard.ts';
import { createTargetReporter, type Topic } from './target-reporter.ts';
import { WholeCheck } from './whole-check.ts';
import { Worker } from './worker.ts';

// A CommonJS module whose default export sits one level down when imported from an ES module.
const { default: Operator } = dotI;

export interface OperatorOptions {
  readonly config: OperatorConfiguration;
  readonly kubeconfig: string | undefined;
  readonly log: Logger;
  /** Closed at shutdown. */
  readonly dingtalk: DingTalkClient;
  /** Local wall clock, in milliseconds since 1970. */
  readonly now: () => number;
  /** 0 ≤ n < 1 */
  readonly random: () => number;
}

/**
 * The process' life: `start` connects and begins to watch, `shutDown` lets the present run end. Of the library's base
 * class this uses the life cycle and nothing else: its watches lose deletions and end the process (docs/adr/0004).
 */
export class DingTalkOperator extends Operator {
  readonly #options: OperatorOptions;
  readonly #clock: ServerClock;
  readonly #connection: Connection;
  #caches: Caches | undefined;
  #worker: Worker | undefined;
  #alarm: Alarm | undefined;
  #engine: Engine | undefined;
  #checker: RobotChecker | undefined;
  #credentials: CredentialCache | undefined;
  #statuses: StatusWriter | undefined;
  #events: BackgroundEvents | undefined;
  #server: Server | undefined;

  /** @throws Error if there is no usable kubeconfig */
  constructor(options: OperatorOptions) {
    const { kubeconfig, now } = options;
    const clock = new ServerClock(now);
    // Before the base class looks for a kubeconfig of its own, whose complaints would name no file.
    const connection = connect({ kubeconfig, now, onServerTime: (sample) => clock.observe(sample) });
    super(loggerFor(options.log));
    this.kubeConfig = connection.kubeConfig;
    this.#options = options;
    this.#clock = clock;
    this.#connection = connection;
  }

  /** Called by start(). */
  protected override async init(): Promise<void> {
    const { log, now, random, dingtalk } = this.#options;
    const connection = this.#connection;
    const config = withJitter(this.#options.config, random);

    const memory = new MemorySaver();
    const worker = new Worker({
      task: async () => {
        alarm.set(await reconciler.run());
        memory.worked();
      },
      onError: (error, retryInMs) => {
        // Somebody else wrote at the same time: everyday business, and the next run sees it.
        const level = error instanceof ConflictError ? 'debug' : 'warn';
        log[level]({ err: error, retryInMs }, 'run failed, trying again');
      },
      random,
      clock: () => performance.now(),
    });
    const clocks: LoopClocks = { wall: now, monotonic: () => performance.now() };
    const alarm = new Alarm(clocks, () => worker.request());
    const credentials = new CredentialCache({
      read: readCredential(connection),
      intervalMs: config.credentials.rereadInterval,
      clocks,
      onChange: () => worker.request(),
    });
    const caches = createCaches({ connection, config, log, now, random, onChange: () => worker.request() });
    const recordEvent = createEventRecorder({
      request: connection.request,
      instance: hostname().slice(0, 128),
      now: () => new Date(now()),
      uniqueSuffix: () => `${now().toString(36)}${Math.floor(random() * 36 ** 6).toString(36)}`,
      log,
    });
    const metrics = createMetrics();
    if (config.metrics.listen !== undefined)
      this.#server = await serveMetrics(metrics, config.metrics.listen);
    const engine = createEngine({ program: engineProgram(log), metrics: metrics.engine });
    const answers = new VerdictCache<GateAnswer>({
      ...ANSWERS,
      now: () => performance.now(),
      metrics: metrics.engine,
    });
    const events = new BackgroundEvents(recordEvent, log);
    const reporter = createTargetReporter(caches, config.target, events.record, log);
    const tellForeign = reporter(FOREIGN);
    const wholeCheck = new WholeCheck(
      engine,
      reporter(WHOLE),
      (err) => log.error({ err }, 'cannot check the ConfigMap as a whole'),
      clocks.monotonic,
    );
    const guard = new TargetGuard({
      intervalMs: config.limits.writeInterval,
      clock: () => performance.now(),
      onLoss: (object, keys, who) => {
        metrics.keysLost(object, keys.length);
        log.warn(
          { object, count: keys.length, keys: keys.slice(0, 10), who },
          "another writer changed or removed the operator's keys",
        );
      },
    });
    const checker = new RobotChecker({
      send: dingtalk.send,
      pause: (ms, signal) => setTimeout(ms, undefined, { signal }),
      now: () => new Date(now()),
      random,
      onOutcome: () => worker.request(),
      log,
    });
    const statuses = new StatusWriter({
      current: (wanted) => currentOf(caches, wanted),
      write: createReporter(connection, caches, recordEvent, log),
      clock: () => performance.now(),
      random,
      onOutcome: metrics.statusSent,
      onPending: (count) => {
        metrics.statusesPending(count);
        if (count === 0) memory.worked();
      },
      log,
    });
    const logFaults = createFaultReporter(log);
    const reconciler = new Reconciler({
      caches,
      checker,
      runAgain: () => worker.request(),
      gate: new Gate(engineAsker(engine), answers, log),
      reportForeign: (findings) => {
        metrics.foreignKeysBroken(findings.length);
        return tellForeign(findings);
      },
      reportGrants: createGrantReporter(caches, config.target, events.record, log),
      reportFaults: (faults) => {
        metrics.resourceFaults(faults.length);
        logFaults(faults);
      },
      // Entries that have no effect are reported already.
      checkWhole: ({ target }, { live, ignored }) => {
        const pause = wholeCheck.run(target, ignored ? { ...live, entries: [] } : live);
        return pause === undefined ? undefined : new Date(now() + pause);
      },
      coexistence: createCoexistenceReporter(guard, config.target, reporter, metrics),
      guard,
      onWritten: (step) => {
        if (step.kind === 'project') {
          log.info({ object: `AppProject ${step.name}`, keys: 'annotation' }, 'written');
          return;
        }
        const object = step.kind === 'apply' ? step.object : 'ConfigMap';
        metrics.targetWritten(object);
        const keys = step.kind === 'apply' ? Object.keys(step.data).length : 'subscriptions';
        log.info({ object, keys }, 'written');
      },
      config,
      log,
      clock: () => performance.now(),
      onDecided: metrics.decided,
      times: () => ({ now: new Date(now()), serverTime: this.#clock.now() }),
      credentials,
      readTarget: async () => {
        const { namespace, configMap, secret } = config.target;
        const read = (plural: string, name: string) =>
          readObject(connection.request, { version: 'v1', plural, namespace, name });
        const [map, sealed] = await Promise.all([read('configmaps', configMap), read('secrets', secret)]);
        if (map) caches.configMap.observe(map);
        if (sealed) caches.secret.observe(sealed);
      },
      writer: new TargetWriter(connection.request, caches, config.target),
      wantStatuses: (all) => statuses.want(all),
    });
    [this.#caches, this.#worker, this.#alarm] = [caches, worker, alarm];
    [this.#engine, this.#checker, this.#credentials] = [engine, checker, credentials];
    [this.#statuses, this.#events] = [statuses, events];
    for (const cache of Object.values(caches)) cache.start();
    log.info({ server: connection.kubeConfig.getCurrentCluster()?.server, target: config.target }, 'started');
  }

  /** Ends in good order: no new run, the present one to its end with what it has to tell, then the watches and the connections. */
  async shutDown(): Promise<void> {
    this.stop();
    // A test message that got its answer just now would be sent again after the restart if no status told of it.
    const isUntold = (await this.#checker?.close()) === true;
    // The present run ends first, with its engine, and sets the alarm once more at its end.
    await this.#worker?.stop({ lastRun: isUntold });
    this.#alarm?.set(undefined);
    this.#credentials?.close();
    await Promise.all([this.#statuses?.close(FLUSH_MS), this.#events?.flush(FLUSH_MS)]);
    await this.#engine?.close();
    this.#server?.closeAllConnections();
    this.#server?.close();
    await Promise.all(Object.values(this.#caches ?? {}).map((cache) => cache.stop()));
    await this.#options.dingtalk.close();
    await this.#connection.close();
  }
}

/** How long the last statuses and events may take at the end. */
const FLUSH_MS = 5_000;

const FOREIGN: Topic = {
  object: 'ConfigMap',
  problem: 'a key in the ConfigMap stops all notifications of Argo CD',
  mended: 'no key in the ConfigMap stops the notifications of Argo CD any more',
};
const WHOLE: Topic = {
  object: 'ConfigMap',
  problem: 'Argo CD does not load the configuration',
  mended: 'Argo CD loads the configuration again',
};

/** Room for the answers about a few thousand custom resources. */
const ANSWERS = { maxEntries: 50_000, maxBytes: 32 * 2 ** 20 } as const;

/**
 * An installation without the engine is broken, but ends no process: what is live goes on being renewed, and what is
 * new says GateUnavailable.
 */
function engineProgram(log: Logger): string {
  try {
    return locateEngine();
  } catch (err) {
    log.error({ err }, 'the engine is missing, so the operator cannot merge new resources');
    return ENGINE_NAME;
  }
}

/** Spreads the renewals of several installations; never later than the configuration says. */
function withJitter(config: OperatorConfiguration, random: () => number): OperatorConfiguration {
  return { ...config, signing: { renewAfter: config.signing.renewAfter * (1 - 0.1 * random()) } };
}

/** The base class logs plain sentences. */
function loggerFor(log: Logger) {
  return {
    debug: (message: string) => log.debug({}, message),
    info: (message: string) => log.info({}, message),
    warn: (message: string) => log.warn({}, message),
    error: (message: string) => log.error({}, message),
  };
}
