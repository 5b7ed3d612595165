/**
 * The operator's loop: it watches, decides, writes and reports, until it is told to stop.
 *
 * parts.ts builds the parts that live as long as the operator, wiring.ts connects them to the runs, and this file
 * starts and stops it. One run is in reconciler.ts. Its input comes from snapshot.ts, and decide-within.ts makes the
 * decision. target-guard.ts permits the writes, and observe.ts collects the result. worker.ts and alarm.ts say when a
 * run is due. The reporters, status-writer.ts and robot-checker.ts work beside the runs.
 */

import dotI from '@dot-i/k8s-operator';
import { nextCapability } from '../cluster/relay-routes.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import type { DingTalkClient } from '../dingtalk/client.ts';
import type { GiteeClient, GiteeClientOptions } from '../gitee/client.ts';
import { ConflictError } from '../kubernetes/api-error.ts';
import { type Connection, connect } from '../kubernetes/connection.ts';
import { NotLeadingError } from '../kubernetes/fence.ts';
import type { LeaderElection } from '../kubernetes/leader-election.ts';
import { ServerClock } from '../kubernetes/server-clock.ts';
import type { LoopClocks } from '../lib/clocks.ts';
import type { Logger } from '../lib/logger.ts';
import { createMetrics, type Metrics } from '../metrics/metrics.ts';
import { type Endpoints, serveEndpoints } from '../probes/endpoints.ts';
import { readiness } from '../probes/readiness.ts';
import { Alarm } from './alarm.ts';
import { metricSources, readinessFacts } from './figures.ts';
import { createElection } from './leadership.ts';
import { MemorySaver } from './memory-saver.ts';
import { createParts, type OperatorContext, type OperatorParts } from './parts.ts';
import { Term } from './term.ts';
import { Worker } from './worker.ts';

// A CommonJS module. Its default export is one level down when an ES module imports it.
const { default: Operator } = dotI;

export interface OperatorOptions {
  readonly config: OperatorConfiguration;
  readonly kubeconfig: string | undefined;
  readonly log: Logger;
  /** Closed at shutdown. */
  readonly dingtalk: DingTalkClient;
  /** Makes the client of Gitee, which is closed at shutdown, too. */
  readonly openGitee: (onRequest: GiteeClientOptions['onRequest']) => GiteeClient;
  /** Local wall clock, in milliseconds since 1970. */
  readonly now: () => number;
  /** 0 ≤ n < 1 */
  readonly random: () => number;
  /** Unpredictable bytes, for credentials. */
  readonly randomBytes: (count: number) => Buffer;
}

/**
 * The life of the process: `start` connects and begins to watch, `shutDown` lets the present run end. This class uses
 * only the life cycle of the library's base class. The watches of the base class lose deletions and end the process
 * (docs/adr/0004).
 */
export class DingTalkOperator extends Operator {
  readonly #options: OperatorOptions;
  readonly #clock: ServerClock;
  readonly #connection: Connection;
  readonly #metrics: Metrics;
  readonly #gitee: GiteeClient;
  #parts: OperatorParts | undefined;
  #election: LeaderElection | undefined;
  /** The present term of office, while this replica leads. */
  #term: Term | undefined;
  #worker: Worker | undefined;
  #alarm: Alarm | undefined;
  #endpoints: Endpoints | undefined;

  /** @throws Error if there is no usable kubeconfig */
  constructor(options: OperatorOptions) {
    const { kubeconfig, now } = options;
    const clock = new ServerClock(now, () => performance.now());
    // Before the base class looks for its own kubeconfig; its complaints would name no file.
    const metrics = createMetrics();
    const connection = connect({
      kubeconfig,
      now,
      onServerTime: (sample) => clock.observe(sample),
      onRequest: metrics.apiRequested,
    });
    super(loggerFor(options.log));
    this.kubeConfig = connection.kubeConfig;
    this.#options = options;
    this.#clock = clock;
    this.#connection = connection;
    this.#metrics = metrics;
    this.#gitee = options.openGitee(metrics.giteeRequested);
  }

  /** Called by start(). */
  protected override async init(): Promise<void> {
    const { log, now, random, randomBytes, dingtalk } = this.#options;
    const connection = this.#connection;
    const metrics = this.#metrics;
    const config = withJitter(this.#options.config, random);
    const clocks: LoopClocks = { wall: now, monotonic: () => performance.now() };

    const memory = new MemorySaver();
    const worker = new Worker({
      task: async () => {
        if (!this.#term) return;
        alarm.set(await this.#term.run());
        memory.worked();
      },
      onError: (error, retryInMs) => {
        // Another writer wrote at the same time, or another replica leads. Both are ordinary.
        const level = error instanceof ConflictError || error instanceof NotLeadingError ? 'debug' : 'warn';
        log[level]({ err: error, retryInMs }, 'run failed, trying again');
      },
      random,
      clock: clocks.monotonic,
      turnInMs: () => this.#term?.turnInMs() ?? 0,
      onRun: metrics.ran,
    });
    const alarm = new Alarm(clocks, () => worker.request());
    const context: OperatorContext = {
      config,
      configAsGiven: this.#options.config,
      connection,
      serverClock: this.#clock,
      dingtalk,
      gitee: this.#gitee,
      metrics,
      log,
      clocks,
      random,
      nextCapability: nextCapability(randomBytes),
      randomBytes,
      requestRun: () => worker.request(),
      isRunNext: () => worker.isRunNext,
      onChange: () => {
        if (this.#term) {
          worker.request();
          this.#term.changed();
        } else if (election.isCandidate === false && allSynced(parts.caches)) {
          log.info({}, 'caches have synced');
          election.start();
        }
      },
      worked: () => memory.worked(),
    };
    const election = createElection(context, {
      isReluctant: () => !parts.engineAvailability.facts.ok,
      onElected: () => void this.#begin(parts, context, worker),
      onLost: () => {
        this.#term?.abandon();
        this.#term = undefined;
        parts.credentials.look([]);
        metrics.leads(false);
        alarm.set(undefined);
      },
    });
    const parts = createParts(context, election);
    [this.#parts, this.#election, this.#worker, this.#alarm] = [parts, election, worker, alarm];
    metrics.attach(metricSources(parts, context, worker, election));
    const sources = {
      loop: () => ({ runStartedAt: worker.runStartedAt, now: clocks.monotonic() }),
      readiness: () => readiness(readinessFacts(parts, election)),
      scrape: metrics.scrape,
    };
    const { metrics: metricsAt, health } = config;
    this.#endpoints = await serveEndpoints(sources, { metrics: metricsAt.listen, health: health.listen });
    for (const cache of Object.values(parts.caches)) cache.start();
    log.info({ server: connection.kubeConfig.getCurrentCluster()?.server, target: config.target }, 'started');
  }

  /**
   * Begins a term of office. The caches may be behind, and the former leader may have written until a moment ago, so
   * everything is listed once more before the first decision.
   */
  async #begin(parts: OperatorParts, context: OperatorContext, worker: Worker): Promise<void> {
    const election = this.#election as LeaderElection;
    const term = election.term;
    try {
      await Promise.all(Object.values(parts.caches).map((cache) => cache.refresh()));
    } catch (err) {
      context.log.debug({ err }, 'the term of office ends before it has begun');
      return;
    }
    if (!election.leads || election.term !== term) return;
    this.#term = new Term(parts, context);
    context.metrics.leads(true);
    worker.request();
  }

  /**
   * Ends in good order. No new run starts, and the present run ends with its reports. Then the watches and the
   * connections end.
   */
  async shutDown(): Promise<void> {
    this.stop();
    const [parts, term] = [this.#parts, this.#term];
    const isUntold = (await term?.stopChecks()) === true;
    // The present run ends first, with its engine, and sets the alarm once more at its end.
    await this.#worker?.stop({ lastRun: isUntold });
    this.#alarm?.set(undefined);
    parts?.credentials.close();
    await term?.flush();
    // The Lease goes last: until here, no other replica may write.
    await this.#election?.stop();
    await parts?.engine.close();
    this.#endpoints?.close();
    await Promise.all(Object.values(parts?.caches ?? {}).map((cache) => cache.stop()));
    await Promise.all([this.#options.dingtalk.close(), this.#gitee.close()]);
    await this.#connection.close();
  }
}

/** Spreads the renewals of several installations; a renewal is never later than the configuration says. */
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

const allSynced = (caches: OperatorParts['caches']): boolean =>
  Object.values(caches).every((cache) => cache.synced);
