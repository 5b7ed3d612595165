import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { ENGINE_NAME, locateEngine } from '../../engine/locate.ts';
import { readCredential } from '../cluster/read-credential.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import type { DingTalkClient } from '../dingtalk/client.ts';
import { createEngine } from '../engine/client.ts';
import type { Engine } from '../engine/types.ts';
import { BackgroundEvents } from '../kubernetes/background-events.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { createEventRecorder } from '../kubernetes/events.ts';
import type { ServerClock } from '../kubernetes/server-clock.ts';
import type { Logger } from '../lib/logger.ts';
import { type Caches, createCaches } from './caches.ts';
import type { LoopClocks } from './clocks.ts';
import { CredentialCache } from './credentials.ts';
import type { Metrics } from './metrics.ts';
import { createReporter, currentOf } from './report.ts';
import { RobotChecker } from './robot-checker.ts';
import { StatusWriter } from './status-writer.ts';
import { TargetGuard } from './target-guard.ts';

/** The input from which the parts of the operator are built. */
export interface OperatorContext {
  readonly config: OperatorConfiguration;
  readonly connection: Connection;
  /** The API server's clock. */
  readonly serverClock: ServerClock;
  readonly dingtalk: DingTalkClient;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly clocks: LoopClocks;
  /** 0 ≤ n < 1 */
  readonly random: () => number;
  /** Asks for another run. */
  readonly requestRun: () => void;
  /** Called after work that leaves garbage behind. */
  readonly worked: () => void;
}

/** The parts that live as long as the operator and that need a stop. */
export interface OperatorParts {
  readonly caches: Caches;
  readonly credentials: CredentialCache;
  readonly engine: Engine;
  readonly events: BackgroundEvents;
  readonly guard: TargetGuard;
  readonly checker: RobotChecker;
  readonly statuses: StatusWriter;
}

/** Builds the parts; the caches are not started yet. */
export function createParts(context: OperatorContext): OperatorParts {
  const { config, connection, dingtalk, metrics, log, clocks, random, requestRun, worked } = context;
  const now = clocks.wall;
  const credentials = new CredentialCache({
    read: readCredential(connection),
    intervalMs: config.credentials.rereadInterval,
    clocks,
    onChange: requestRun,
  });
  const caches = createCaches({ connection, config, log, now, random, onChange: requestRun });
  const recordEvent = createEventRecorder({
    request: connection.request,
    instance: hostname().slice(0, 128),
    now: () => new Date(now()),
    uniqueSuffix: () => `${now().toString(36)}${Math.floor(random() * 36 ** 6).toString(36)}`,
    log,
  });
  const guard = new TargetGuard({
    intervalMs: config.limits.writeInterval,
    clock: clocks.monotonic,
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
    onOutcome: requestRun,
    log,
  });
  const statuses = new StatusWriter({
    current: (wanted) => currentOf(caches, wanted),
    write: createReporter(connection, caches, recordEvent, log),
    clock: clocks.monotonic,
    random,
    onOutcome: metrics.statusSent,
    onPending: (count) => {
      metrics.statusesPending(count);
      if (count === 0) worked();
    },
    log,
  });
  const engine = createEngine({ program: engineProgram(log), metrics: metrics.engine });
  const events = new BackgroundEvents(recordEvent, log);
  return { caches, credentials, engine, events, guard, checker, statuses };
}

/**
 * An installation without the engine is broken, but the process goes on. Live keys are still renewed, and new
 * resources show GateUnavailable.
 */
function engineProgram(log: Logger): string {
  try {
    return locateEngine();
  } catch (err) {
    log.error({ err }, 'the engine is missing, so the operator cannot merge new resources');
    return ENGINE_NAME;
  }
}
