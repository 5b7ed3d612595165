/**
 * Runs one task again and again on demand: at most one run at a time and at most one waiting, so that many requests
 * become one run. A run that fails is tried again after a growing pause, and never ends the worker.
 */
export class Worker {
  readonly #task: () => Promise<void>;
  readonly #onError: (error: unknown, retryInMs: number) => void;
  readonly #random: () => number;
  #wanted = false;
  #failures = 0;
  #stopped = false;
  #running: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: {
    task: () => Promise<void>;
    /** Told of each failed run. */
    onError: (error: unknown, retryInMs: number) => void;
    /** 0 ≤ n < 1; spreads the retries. */
    random: () => number;
  }) {
    this.#task = options.task;
    this.#onError = options.onError;
    this.#random = options.random;
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
    await this.#running;
    if (lastRun) await this.#run();
  }

  async #drain(): Promise<void> {
    try {
      while (this.#wanted && !this.#stopped) {
        this.#wanted = false;
        // One turn of the event loop: events that arrive together become one run.
        await new Promise((resolve) => setImmediate(resolve));
        await this.#run();
      }
    } finally {
      // In the same turn as the last look at what is wanted: a request that came in between would be lost.
      this.#running = undefined;
    }
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
