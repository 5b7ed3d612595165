/** After a run, the worker rests for this share of the run's time, and at most for this long, in milliseconds. */
const REST = { share: 0.25, mostMs: 250 } as const;
/**
 * The same while a write waits for its turn: a run before the turn can only get ready for it. So a burst of changes
 * makes few runs.
 */
const REST_BEFORE_TURN = { share: 1.5, mostMs: 500 } as const;

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
  readonly #turnInMs: () => number;
  readonly #onRun: (seconds: number, result: 'done' | 'failed') => void;
  #wanted = false;
  #startedAt: number | undefined;
  #failures = 0;
  #stopped = false;
  #running: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isRetryDue = false;
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
    /** In how many milliseconds a write that waits may be done; 0 if none waits. */
    turnInMs?: () => number;
    /** Called at the end of each run. */
    onRun?: (seconds: number, result: 'done' | 'failed') => void;
  }) {
    this.#task = options.task;
    this.#onError = options.onError;
    this.#random = options.random;
    this.#clock = options.clock;
    this.#turnInMs = options.turnInMs ?? (() => 0);
    this.#onRun = options.onRun ?? (() => undefined);
  }

  /** When the run that is under way began, by the clock; undefined between runs. */
  get runStartedAt(): number | undefined {
    return this.#startedAt;
  }

  /** Whether a run is requested that has not begun; a retry counts. */
  get isWaiting(): boolean {
    return this.#wanted || this.#isRetryDue;
  }

  /** Whether another run begins soon after the present one. */
  get isRunNext(): boolean {
    return this.#wanted && !this.#stopped;
  }

  /** Asks for a run; the run sees everything that happened before this call. */
  request(): void {
    if (this.#stopped) return;
    this.#wanted = true;
    this.#clearRetry();
    this.#running ??= this.#drain();
  }

  /** Lets the present run end and starts no other, except a last one if there is something left to report. */
  async stop({ lastRun = false } = {}): Promise<void> {
    this.#stopped = true;
    this.#clearRetry();
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
        await this.#rest(restMs(this.#clock() - begin, this.#turnInMs()));
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

  #clearRetry(): void {
    clearTimeout(this.#retry);
    this.#isRetryDue = false;
  }

  async #run(): Promise<void> {
    const startedAt = this.#clock();
    this.#startedAt = startedAt;
    const isDone = await this.#attempt();
    this.#startedAt = undefined;
    this.#onRun((this.#clock() - startedAt) / 1_000, isDone ? 'done' : 'failed');
  }

  /** @returns whether the task ended well */
  async #attempt(): Promise<boolean> {
    try {
      await this.#task();
      this.#failures = 0;
      return true;
    } catch (error) {
      const pause = Math.min(100 * 2 ** this.#failures++, 30_000) * (0.5 + this.#random() / 2);
      this.#onError(error, Math.round(pause));
      if (this.#stopped) return false;
      this.#retry = setTimeout(() => this.request(), pause);
      this.#isRetryDue = true;
      return false;
    }
  }
}

function restMs(runMs: number, turnInMs: number): number {
  const ordinary = Math.min(REST.share * runMs, REST.mostMs);
  const beforeTurn = Math.min(REST_BEFORE_TURN.share * runMs, REST_BEFORE_TURN.mostMs, turnInMs);
  return Math.max(ordinary, beforeTurn);
}
