import { type LoopClocks, type Moment, momentIn, timeUntil } from './clocks.ts';

/** Long timers lose time while a machine sleeps and know nothing of a clock that is set; short ones that look again don't. */
const LOOK_EVERY_MS = 10_000;

/** Calls back once a time has come by the wall clock, however it got there, or as much time has passed as it was away. */
export class Alarm {
  readonly #clocks: LoopClocks;
  readonly #onDue: () => void;
  #due: Moment | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(clocks: LoopClocks, onDue: () => void) {
    this.#clocks = clocks;
    this.#onDue = onDue;
  }

  /** Replaces the time that was set before; undefined sets none. */
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
