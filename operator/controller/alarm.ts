import { type LoopClocks, type Moment, momentIn, timeUntil } from '../lib/clocks.ts';

/**
 * A long timer loses time while the machine sleeps, and does not notice a clock that is set. Short timers that check
 * the clock again do.
 */
const LOOK_EVERY_MS = 10_000;

/** Calls back as soon as either clock says so: the wall clock shows the time, or the time span to it has passed. */
export class Alarm {
  readonly #clocks: LoopClocks;
  readonly #onDue: () => void;
  #due: Moment | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(clocks: LoopClocks, onDue: () => void) {
    this.#clocks = clocks;
    this.#onDue = onDue;
  }

  /** Replaces the previous time; undefined sets none. */
  set(due: Date | undefined): void {
    clearTimeout(this.#timer);
    this.#due = due && momentIn(due.getTime() - this.#clocks.wall(), this.#clocks);
    if (due) this.#look();
  }

  #look(): void {
    if (!this.#due) return;
    const remaining = timeUntil(this.#due, this.#clocks);
    if (remaining > 0) {
      this.#timer = setTimeout(() => this.#look(), Math.min(remaining, LOOK_EVERY_MS));
      return;
    }
    this.#due = undefined;
    this.#onDue();
  }
}
