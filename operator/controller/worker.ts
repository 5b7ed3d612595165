/** After a run, the worker rests for this share of the time that the run took, and no longer than this, in milliseconds. */
const REST = { share: 0.25, mostMs: 250 } as const;

/**
 * Runs one task again and again on demand: at most one run at a time and at most one waiting, so that many requests
 * become one run. A run that fails is tried again after a growing pause, and never ends the worker. Between runs it rests a little, so
 * that somebody whose changes never end takes no whole core.
 */
export class Worker {
  readonly #task: () => Promise<void>;
  readonly #onError: (error: unknown, retryInMs: number) => void;
  readonly #random: () => number;
  readonly #clock: () => number;
  #wanted = false;
  #failures = 0;
  #stopped = false;
  #running: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  /** Ends the rest. */
  #wake: (() => void) | undefined;

  constructor(options: {
    task: () => Promise<void>;
    /** Told of each failed run. */
    onError: (error: unknown, retryInMs: number) => void;
    /** 0 ≤ n < 1; spreads the retries. */
    random: () => number;
    /** Milliseconds on a clock that is never set. */
    clock: () => number;
  }) {
    this.#task = options.task;
    this.#onError = options.onError;
    this.#random = options.random;
    this.#clock = options.clock;
  }

  /** Asks for a run; whatever happened before this call is seen by it. */
  request(): void {
    if (this.#stopped) return;
    this.#wanted = true;
    clearTimeout(this.#retry);
    this.#running ??= this.#drain();
  }

  /** Lets the present run end and starts no other, but for a last one if there is something yet to be told. */
  async stop({ lastRun = false } = {}): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#retry);
    this.#wake?.();
    await this.#running;
    if (lastRun) await this.#run();
  }

  async #drain(): Promise<void> {
    try {
      while (this.#wanted && !this.#stopped) {
        this.#wanted = false;
        // One turn of the event loop: events that arrive together become one run.
        await new Promise((resolve) => setImmediate(resolve));
        const begin = this.#clock();
        await this.#run();
        await this.#rest(Math.min(REST.share * (this.#clock() - begin), REST.mostMs));
      }
    } finally {
      // In the same turn as the last look at what is wanted: a request that came in between would be lost.
      this.#running = undefined;
    }
  }

  async #rest(ms: number): Promise<void> {
    if (ms < 1 || this.#stopped) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#wake = () => {
      clearTimeout(timer);
      resolve();
    };
    await promise;
  }

  async #run(): Promise<void> {
    try {
      await this.#task();
      this.#failures = 0;
    } catch (error) {
      const pause = Math.min(100 * 2 ** this.#failures++, 30_000) * (0.5 + this.#random() / 2);
      this.#onError(error, Math.round(pause));
      if (!this.#stopped) this.#retry = setTimeout(() => this.request(), pause);
    }
  }
}
