/** After a run, the worker rests for this share of the run's time, and at most for this long, in milliseconds. */
const REST = { share: 0.25, mostMs: 250 } as const;

/**
 * Runs one task again and again on demand. At most one run is under way and at most one waits, so many requests
 * become one run. A run that fails is tried again after a growing pause, and never ends the worker. The worker rests
 * a little between runs, so a tenant whose changes never end cannot occupy a whole core.
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
    /** Called for each failed run. */
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

  /** Asks for a run; the run sees everything that happened before this call. */
  request(): void {
    if (this.#stopped) return;
    this.#wanted = true;
    clearTimeout(this.#retry);
    this.#running ??= this.#drain();
  }

  /** Lets the present run end and starts no other, except a last one if there is something left to report. */
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
      // In the same turn as the last check for requests: a request that came in between would be lost.
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
