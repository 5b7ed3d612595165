import { setTimeout as delay } from 'node:timers/promises';
import { Pace } from '../lib/pace.ts';

/** How often a wait looks whether it still makes sense, in milliseconds. */
const LOOK_EVERY_MS = 1_000;

export interface ThrottleOptions {
  /** How many requests may leave in a second, on average. */
  readonly perSecond: number;
  /** How many may leave at once after a pause. */
  readonly burst: number;
  /** In milliseconds, only ever forward. */
  readonly clock: () => number;
  /** Waits; rejects when the signal aborts. Default: the process' timers. */
  readonly sleep?: ((ms: number, signal: AbortSignal | undefined) => Promise<void>) | undefined;
}

/** The reasons for a request to give up while it waits. */
export interface Waiting {
  /** Ends the wait at once; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called about once a second; the wait rejects with its exception. */
  readonly check?: (() => void) | undefined;
}

/**
 * Says when the next request of a connection may leave: so many in a second, and none before the time that the server
 * has asked for.
 */
export class Throttle {
  readonly #options: ThrottleOptions;
  readonly #pace: Pace;
  #notBefore = 0;

  constructor(options: ThrottleOptions) {
    this.#options = options;
    this.#pace = new Pace(options.perSecond, options.burst, options.clock);
  }

  /** Resolves when a request may leave, which then counts. */
  async turn(waiting: Waiting): Promise<void> {
    for (;;) {
      waiting.signal?.throwIfAborted();
      const waitMs = Math.max(this.#pace.waitMs(), this.#notBefore - this.#options.clock());
      if (waitMs <= 0) break;
      await this.pause(waitMs, waiting);
    }
    this.#pace.take();
  }

  /** No other request leaves for so many milliseconds. A longer wait that is already asked for stays. */
  holdOff(ms: number): void {
    this.#notBefore = Math.max(this.#notBefore, this.#options.clock() + ms);
  }

  /** Waits for so many milliseconds. */
  async pause(ms: number, { signal, check }: Waiting): Promise<void> {
    const { sleep = (time, abort) => delay(time, undefined, { signal: abort }) } = this.#options;
    for (let left = ms; left > 0; left -= LOOK_EVERY_MS) {
      try {
        await sleep(check ? Math.min(left, LOOK_EVERY_MS) : left, signal);
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      }
      if (!check) return;
      check();
    }
  }
}
