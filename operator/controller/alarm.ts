/** Long timers lose time while a machine sleeps and know nothing of a clock that is set; short ones that look again don't. */
const LOOK_EVERY_MS = 10_000;

/** Calls back once the wall clock has reached a time, however the clock got there. */
export class Alarm {
  readonly #now: () => Date;
  readonly #onDue: () => void;
  #due: Date | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(now: () => Date, onDue: () => void) {
    this.#now = now;
    this.#onDue = onDue;
  }

  /** Replaces the time that was set before; undefined sets none. */
  set(due: Date | undefined): void {
    clearTimeout(this.#timer);
    this.#due = due;
    if (due) this.#look();
  }

  #look(): void {
    if (!this.#due) return;
    const remaining = this.#due.getTime() - this.#now().getTime();
    if (remaining > 0) {
      this.#timer = setTimeout(() => this.#look(), Math.min(remaining, LOOK_EVERY_MS));
      return;
    }
    this.#due = undefined;
    this.#onDue();
  }
}
