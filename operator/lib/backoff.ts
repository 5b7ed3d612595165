/** How long to wait between attempts, in milliseconds. */
export interface BackoffOptions {
  /** Upper bound of the first wait; doubles with each failure. Default 500. */
  readonly initialMs?: number;
  /** Upper bound of every wait. Default 30 000. */
  readonly maxMs?: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Exponential waiting times with jitter, so many clients of a restarted API server do not come back at once. */
export class Backoff {
  readonly #initialMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #failures = 0;

  constructor(options: BackoffOptions) {
    this.#initialMs = options.initialMs ?? 500;
    this.#maxMs = options.maxMs ?? 30_000;
    this.#random = options.random;
  }

  /** Failures since the last reset. */
  get failures(): number {
    return this.#failures;
  }

  /** Counts one more failure and says how many milliseconds to wait: between half the bound and the bound. */
  next(): number {
    const bound = Math.min(this.#maxMs, this.#initialMs * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    return bound * (0.5 + 0.5 * this.#random());
  }

  /** An attempt succeeded: the next wait is a short one again. */
  reset(): void {
    this.#failures = 0;
  }
}
