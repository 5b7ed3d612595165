interface Pause {
  readonly at: number;
  readonly end: () => void;
}

/** More pauses than any test has. */
const MAX_STEPS = 100_000;
/** So many turns of the event loop without work under way, and nothing will happen before time goes on. */
const QUIET_TURNS = 5;

/** Time that goes on only when a test says so, and the work that has to end before it does. */
export class SimulatedTime {
  #passed = 0;
  #wall: number;
  readonly #pauses = new Set<Pause>();
  readonly #work = new Set<Promise<unknown>>();

  constructor(wall: number) {
    this.#wall = wall;
  }

  /** The wall clock, in milliseconds since 1970. */
  readonly now = (): number => this.#wall + this.#passed;

  /** Milliseconds that have passed. */
  get passed(): number {
    return this.#passed;
  }

  /** Sets the wall clock, as an administrator does. */
  setBy(ms: number): void {
    this.#wall += ms;
  }

  readonly pause = (ms: number, signal: AbortSignal): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const pause = { at: this.#passed + Math.max(0, ms), end: resolve };
    const onAbort = (): void => {
      this.#pauses.delete(pause);
      reject(signal.reason);
    };
    if (signal.aborted) onAbort();
    else this.#pauses.add(pause);
    signal.addEventListener('abort', onAbort, { once: true });
    return promise.finally(() => signal.removeEventListener('abort', onAbort));
  };

  /** Work that takes no simulated time: it ends before time goes on. */
  track<T>(work: Promise<T>): Promise<T> {
    const tracked = work.finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
    tracked.catch(() => undefined); // The caller gets it.
    return tracked;
  }

  /** Lets time go on, from one end of a pause to the next. */
  async pass(ms: number): Promise<void> {
    const end = this.#passed + ms;
    for (let steps = 0; ; steps++) {
      if (steps > MAX_STEPS)
        throw new Error('time does not go on: something waits for no time, again and again');
      await this.settle();
      const next = Math.min(...[...this.#pauses].map(({ at }) => at));
      if (next > end) break;
      this.#passed = Math.max(this.#passed, next);
      for (const pause of [...this.#pauses].filter(({ at }) => at <= this.#passed)) {
        this.#pauses.delete(pause);
        pause.end();
      }
    }
    this.#passed = end;
  }

  /** Waits until nothing can happen before time goes on. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
      if (this.#work.size > 0) quiet = 0;
      await Promise.allSettled(this.#work);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
