/** Lets a limited number of things happen in a second, and a few more after a pause. */
export class Pace {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #clock: () => number;
  #left: number;
  #at: number;

  /** @param clock in milliseconds, only ever forward */
  constructor(perSecond: number, burst: number, clock: () => number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#clock = clock;
    this.#left = burst;
    this.#at = clock();
  }

  /** How long the next one has to wait, in milliseconds; 0 if it may happen now. */
  waitMs(): number {
    const now = this.#clock();
    this.#left = Math.min(this.#burst, this.#left + ((now - this.#at) * this.#perSecond) / 1_000);
    this.#at = now;
    return this.#left >= 1 ? 0 : Math.ceil(((1 - this.#left) * 1_000) / this.#perSecond);
  }

  /** Counts one that happens. */
  take(): void {
    this.#left -= 1;
  }
}
