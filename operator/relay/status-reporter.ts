import type { RelayRoute, RelayRouteStatus } from '../api/relay-route.ts';
import { ConflictError } from '../kubernetes/api-error.ts';
import type { Log } from '../lib/log.ts';
import type { LoadedRoute } from './read-route.ts';
import { type AnswersByRobot, statusDifference, wantedRouteStatus } from './status-patches.ts';

/** The shortest time between two writes of one status that name no new generation, in milliseconds. */
const REST_MS = 10_000;
/** After a failure, also for a new generation. */
const RETRY_MS = 2_000;
const MAX_IN_FLIGHT = 4;
/** Changes that come together are looked at together. */
const GATHER_MS = 50;

export interface StatusReporterOptions {
  readonly routes: () => readonly LoadedRoute[];
  /** The RelayRoute as it is now; undefined if it is gone. */
  readonly current: (route: LoadedRoute) => RelayRoute | undefined;
  readonly answers: () => AnswersByRobot;
  readonly write: (object: RelayRoute, status: RelayRouteStatus) => Promise<unknown>;
  /** In milliseconds, only ever forward. */
  readonly clock: () => number;
  readonly log: Log;
}

/** Writes the statuses of routes where they differ: a new generation at once, since the operator waits for it, and answers in time. */
export class StatusReporter {
  readonly #options: StatusReporterOptions;
  /** Until when a route's status rests, by its name: from any change, and from one that is not urgent. */
  readonly #rests = new Map<string, { readonly any: number; readonly other: number }>();
  readonly #inFlight = new Map<string, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Number.POSITIVE_INFINITY;
  #isClosed = false;

  constructor(options: StatusReporterOptions) {
    this.#options = options;
  }

  /** Looks at all routes soon: a route or an answer may have changed. */
  look(): void {
    this.#lookAt(this.#options.clock() + GATHER_MS);
  }

  /** Starts no further writes; resolves when those under way have ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await Promise.all(this.#inFlight.values());
  }

  #lookAt(time: number): void {
    if (this.#isClosed || time >= this.#dueAt) return;
    this.#dueAt = time;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#pass(), Math.max(0, time - this.#options.clock()));
  }

  #pass(): void {
    this.#dueAt = Number.POSITIVE_INFINITY;
    const { routes, current, answers, clock } = this.#options;
    const [all, known] = [routes(), answers()];
    this.#forgetGone(all);
    for (const route of all) {
      // The end of a write looks again.
      if (this.#inFlight.size >= MAX_IN_FLIGHT) return;
      const object = current(route);
      if (!object || object.metadata.uid !== route.uid || this.#inFlight.has(route.name)) continue;
      const wanted = wantedRouteStatus(route, known, object.status);
      const { isNewGeneration, isOther } = statusDifference(object.status, wanted);
      if (!isNewGeneration && !isOther) continue;
      const rest = this.#rests.get(route.name);
      const due = (isNewGeneration ? rest?.any : rest?.other) ?? 0;
      if (due > clock()) this.#lookAt(due);
      else this.#inFlight.set(route.name, this.#write(route.name, object, wanted));
    }
  }

  /** Never rejects. */
  async #write(name: string, object: RelayRoute, wanted: RelayRouteStatus): Promise<void> {
    const { write, clock, log } = this.#options;
    let retryMs = 0;
    try {
      await write(object, wanted);
    } catch (err) {
      retryMs = RETRY_MS;
      const level = err instanceof ConflictError ? 'debug' : 'warn';
      log[level]({ err, route: name }, 'cannot write the status of a RelayRoute');
    }
    this.#rests.set(name, { any: clock() + retryMs, other: clock() + REST_MS });
    this.#inFlight.delete(name);
    this.look();
  }

  #forgetGone(routes: readonly LoadedRoute[]): void {
    if (this.#rests.size <= routes.length) return;
    const names = new Set(routes.map(({ name }) => name));
    for (const name of this.#rests.keys()) if (!names.has(name)) this.#rests.delete(name);
  }
}
