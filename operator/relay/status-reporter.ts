import type { RelayRoute, RelayRouteStatus } from '../api/relay-route.ts';
import { ConflictError } from '../kubernetes/api-error.ts';
import type { Log } from '../lib/log.ts';
import { ObjectMemo } from '../lib/memo.ts';
import type { LoadedRoute } from './read-route.ts';
import { type AnswersByRobot, statusDifference, wantedRouteStatus } from './status-patches.ts';

/** The shortest time between two writes of one status that name no new generation, in milliseconds. */
const REST_MS = 10_000;
/** The same for writes that only have another time: in a storm, a thousand robots answer every few seconds. */
const LATER_MS = 60_000;
/** After a failure, also for a new generation. */
const RETRY_MS = 2_000;
const MAX_IN_FLIGHT = 4;
/** Changes that come together are looked at together. */
const GATHER_MS = 50;

export interface StatusReporterOptions {
  /** The same array as long as no route has changed. */
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
  /** Until when a route's status rests, by its name: from any change, from other answers, and from later ones. */
  readonly #rests = new Map<string, Rests>();
  /** When the statuses of routes are to be looked at, by name; 0 for the next pass. */
  readonly #looks = new Map<string, number>();
  /** The routes by name, as long as none of them changes. */
  readonly #byName = new ObjectMemo<readonly LoadedRoute[], ReadonlyMap<string, LoadedRoute>>();
  readonly #inFlight = new Map<string, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Number.POSITIVE_INFINITY;
  #isClosed = false;

  constructor(options: StatusReporterOptions) {
    this.#options = options;
  }

  /**
   * Looks soon: a route or an answer may have changed.
   * @param name the RelayRoute; absent: all of them
   */
  look(name?: string): void {
    for (const each of name === undefined ? this.#routes().keys() : [name]) this.#looks.set(each, 0);
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

  #routes(): ReadonlyMap<string, LoadedRoute> {
    const routes = this.#options.routes();
    return this.#byName.get(routes, [], () => new Map(routes.map((route) => [route.name, route])));
  }

  #pass(): void {
    this.#dueAt = Number.POSITIVE_INFINITY;
    const [routes, now] = [this.#routes(), this.#options.clock()];
    this.#forgetGone(routes);
    let next = Number.POSITIVE_INFINITY;
    // What is looked at again later comes to the end, where its time is seen.
    for (const [name, time] of this.#looks) {
      // The end of a write looks again.
      if (this.#inFlight.size >= MAX_IN_FLIGHT) return;
      if (time > now) {
        next = Math.min(next, time);
        continue;
      }
      this.#looks.delete(name);
      const route = routes.get(name);
      const due = route && !this.#inFlight.has(name) ? this.#lookOnce(route) : undefined;
      if (due !== undefined) this.#looks.set(name, due);
    }
    this.#lookAt(next);
  }

  /** Begins to write the status if it is to be written now. @returns when to look again, if it is to be written later */
  #lookOnce(route: LoadedRoute): number | undefined {
    const { current, answers, clock } = this.#options;
    const object = current(route);
    if (!object || object.metadata.uid !== route.uid) return undefined;
    const wanted = wantedRouteStatus(route, answers(), object.status);
    const { isNewGeneration, isOther, isLater } = statusDifference(object.status, wanted);
    if (!isNewGeneration && !isOther && !isLater) return undefined;
    const rests = this.#rests.get(route.name);
    const due = (isNewGeneration ? rests?.any : isOther ? rests?.other : rests?.later) ?? 0;
    if (due > clock()) return due;
    this.#inFlight.set(route.name, this.#write(route.name, object, wanted));
    return undefined;
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
    const [any, other, later] = [retryMs, REST_MS, LATER_MS].map((ms) => clock() + ms) as [
      number,
      number,
      number,
    ];
    // A failed write has shown nothing.
    this.#rests.set(name, { any, other, later: retryMs > 0 ? other : later });
    this.#inFlight.delete(name);
    this.look(name);
  }

  #forgetGone(routes: ReadonlyMap<string, LoadedRoute>): void {
    if (this.#rests.size <= routes.size) return;
    for (const name of this.#rests.keys()) if (!routes.has(name)) this.#rests.delete(name);
  }
}

interface Rests {
  readonly any: number;
  readonly other: number;
  readonly later: number;
}
