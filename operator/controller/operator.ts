/**
 * The operator's loop: it watches, decides, writes and reports, until it is told to stop.
 *
 * parts.ts builds the parts that live as long as the operator, wiring.ts connects them to the runs, and this file
 * starts and stops it. One run is in reconciler.ts. Its input comes from snapshot.ts, and decide-within.ts makes the
 * decision. target-guard.ts permits the writes, and observe.ts collects the result. worker.ts and alarm.ts say when a
 * run is due. The reporters, status-writer.ts and robot-checker.ts work beside the runs.
 */

import type { Server } from 'node:http';
import dotI from '@dot-i/k8s-operator';
import type { OperatorConfiguration } from '../config/config.ts';
import type { DingTalkClient } from '../dingtalk/client.ts';
import { ConflictError } from '../kubernetes/api-error.ts';
import { type Connection, connect } from '../kubernetes/connection.ts';
import { ServerClock } from '../kubernetes/server-clock.ts';
import type { Logger } from '../lib/logger.ts';
import { Alarm } from './alarm.ts';
import type { LoopClocks } from './clocks.ts';
import { MemorySaver } from './memory-saver.ts';
import { createMetrics, serveMetrics } from './metrics.ts';
import { createParts, type OperatorContext, type OperatorParts } from './parts.ts';
import { Reconciler } from './reconciler.ts';
import { wired } from './wiring.ts';
import { Worker } from './worker.ts';

// A CommonJS module. Its default export is one level down when an ES module imports it.
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

/** How long the last statuses and events may take at the end, in milliseconds. */
const FLUSH_MS = 5_000;

/**
 * The life of the process: `start` connects and begins to watch, `shutDown` lets the present run end. This class uses
 * only the life cycle of the library's base class. The watches of the base class lose deletions and end the process
 * (docs/adr/0004).
 */
export class DingTalkOperator extends Operator {
  readonly #options: OperatorOptions;
  readonly #clock: ServerClock;
  readonly #connection: Connection;
  #parts: OperatorParts | undefined;
  #worker: Worker | undefined;
  #alarm: Alarm | undefined;
  #server: Server | undefined;

  /** @throws Error if there is no usable kubeconfig */
  constructor(options: OperatorOptions) {
    const { kubeconfig, now } = options;
    const clock = new ServerClock(now);
    // Before the base class looks for its own kubeconfig; its complaints would name no file.
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
    const clocks: LoopClocks = { wall: now, monotonic: () => performance.now() };

    const memory = new MemorySaver();
    const worker = new Worker({
      task: async () => {
        alarm.set(await reconciler.run());
        memory.worked();
      },
      onError: (error, retryInMs) => {
        // Another writer wrote at the same time. This is ordinary, and the next run sees the write.
        const level = error instanceof ConflictError ? 'debug' : 'warn';
        log[level]({ err: error, retryInMs }, 'run failed, trying again');
      },
      random,
      clock: clocks.monotonic,
    });
    const requestRun = () => worker.request();
    const alarm = new Alarm(clocks, requestRun);
    const metrics = createMetrics();
    if (config.metrics.listen !== undefined)
      this.#server = await serveMetrics(metrics, config.metrics.listen);
    const context: OperatorContext = {
      config,
      connection,
      serverClock: this.#clock,
      dingtalk,
      metrics,
      log,
      clocks,
      random,
      requestRun,
      worked: () => memory.worked(),
    };
    const parts = createParts(context);
    const reconciler = new Reconciler(wired(parts, context));
    [this.#parts, this.#worker, this.#alarm] = [parts, worker, alarm];
    for (const cache of Object.values(parts.caches)) cache.start();
    log.info({ server: connection.kubeConfig.getCurrentCluster()?.server, target: config.target }, 'started');
  }

  /**
   * Ends in good order. No new run starts, and the present run ends with its reports. Then the watches and the
   * connections end.
   */
  async shutDown(): Promise<void> {
    this.stop();
    const parts = this.#parts;
    // A test message whose answer has just come would be sent again after the restart if no status recorded it.
    const isUntold = (await parts?.checker.close()) === true;
    // The present run ends first, with its engine, and sets the alarm once more at its end.
    await this.#worker?.stop({ lastRun: isUntold });
    this.#alarm?.set(undefined);
    parts?.credentials.close();
    await Promise.all([parts?.statuses.close(FLUSH_MS), parts?.events.flush(FLUSH_MS)]);
    await parts?.engine.close();
    this.#server?.closeAllConnections();
    this.#server?.close();
    await Promise.all(Object.values(parts?.caches ?? {}).map((cache) => cache.stop()));
    await this.#options.dingtalk.close();
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
