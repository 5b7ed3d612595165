import { hostname } from 'node:os';
import { ENGINE_NAME, locateEngine } from '../../engine/locate.ts';
import type { NextCapability } from '../cluster/relay-routes.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import type { DingTalkClient } from '../dingtalk/client.ts';
import { createEngine } from '../engine/client.ts';
import type { Engine } from '../engine/types.ts';
import type { GiteeClient } from '../gitee/client.ts';
import { BackgroundEvents } from '../kubernetes/background-events.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { createEventRecorder, type RecordEvent } from '../kubernetes/events.ts';
import type { Fence } from '../kubernetes/fence.ts';
import { type ApiCall, fenced } from '../kubernetes/request.ts';
import type { ServerClock } from '../kubernetes/server-clock.ts';
import type { LoopClocks } from '../lib/clocks.ts';
import type { Logger } from '../lib/logger.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { EngineAvailability } from '../probes/engine-availability.ts';
import { type Caches, createCaches } from './caches.ts';
import type { CredentialWatch } from './credential-watch.ts';
import type { CredentialCache } from './credentials.ts';
import { watchedCredentials } from './watched-credentials.ts';

/** The input from which the parts of the operator are built. */
export interface OperatorContext {
  readonly config: OperatorConfiguration;
  /** As the file has it, without the jitter of this process. */
  readonly configAsGiven: OperatorConfiguration;
  readonly connection: Connection;
  /** The API server's clock. */
  readonly serverClock: ServerClock;
  readonly dingtalk: DingTalkClient;
  readonly gitee: GiteeClient;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly clocks: LoopClocks;
  /** 0 ≤ n < 1 */
  readonly random: () => number;
  /** The capability for the Secret, if it has none. Argo CD proves with it to the relay that a request is its own. */
  readonly nextCapability: NextCapability;
  /** Unpredictable bytes, for credentials. */
  readonly randomBytes: (count: number) => Buffer;
  /** Asks for another run. */
  readonly requestRun: () => void;
  /** Whether another run begins soon after the present one. */
  readonly isRunNext: () => boolean;
  /** Called for each change of a cache. */
  readonly onChange: () => void;
  /** Called after work that leaves garbage behind. */
  readonly worked: () => void;
}

/** The parts that live as long as the process. term.ts has the others. */
export interface OperatorParts {
  readonly caches: Caches;
  readonly credentials: CredentialCache;
  readonly credentialWatch: CredentialWatch;
  readonly engine: Engine;
  readonly engineAvailability: EngineAvailability;
  /** Calls of the API server; writes pass only while this replica leads. */
  readonly request: ApiCall;
  readonly recordEvent: RecordEvent;
  readonly events: BackgroundEvents;
  /** Whether this replica leads. */
  readonly fence: Fence;
}

/** Builds the parts; the caches are not started yet. */
export function createParts(context: OperatorContext, fence: Fence): OperatorParts {
  const { config, connection, metrics, log, clocks, random, onChange } = context;
  const now = clocks.wall;
  const watched = watchedCredentials(context);
  const caches = createCaches({ connection, config, log, clock: clocks.monotonic, random, onChange });
  const request = fenced(connection.request, fence);
  const recordEvent = createEventRecorder({
    request,
    instance: hostname().slice(0, 128),
    now: () => new Date(now()),
    uniqueSuffix: () => `${now().toString(36)}${Math.floor(random() * 36 ** 6).toString(36)}`,
    log,
  });
  const engineAvailability = new EngineAvailability(log, 'new resources have to wait');
  const engine = engineAvailability.watch(
    createEngine({ program: engineProgram(log), metrics: metrics.engine }),
  );
  const events = new BackgroundEvents(recordEvent, log);
  return { caches, ...watched, engine, engineAvailability, request, recordEvent, events, fence };
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
