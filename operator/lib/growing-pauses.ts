import { type LoopClocks, type Moment, momentIn, timeUntil } from './clocks.ts';

export interface GrowingPausesOptions {
  /** The pause after a first task, in milliseconds. */
  readonly firstMs: number;
  readonly maxMs: number;
  readonly clocks: LoopClocks;
}

interface Pause {
  readonly ms: number;
  readonly end: Moment;
}

/**
 * Pauses between tasks under the same key. A task that comes after a time of quiet begins at once. The pause doubles as
 * long as the tasks keep coming, so a change that never ends costs little.
 */
export class GrowingPauses {
  readonly #options: GrowingPausesOptions;
  readonly #pauses = new Map<string, Pause>();

  constructor(options: GrowingPausesOptions) {
    this.#options = options;
  }

  /** How long a task has to wait, in milliseconds; 0 if it may begin now. */
  waitMs(key: string): number {
    const pause = this.#pauses.get(key);
    return pause ? Math.max(0, timeUntil(pause.end, this.#options.clocks)) : 0;
  }

  /** A task begins. */
  begin(key: string): void {
    const { firstMs, maxMs, clocks } = this.#options;
    const before = this.#pauses.get(key);
    // It was quiet if nothing came for as long as the pause had been.
    const isQuiet = !before || -timeUntil(before.end, clocks) >= before.ms;
    const ms = isQuiet ? firstMs : Math.min(before.ms * 2, maxMs);
    this.#pauses.set(key, { ms, end: momentIn(ms, clocks) });
  }

  /** The next task under this key may begin at once. */
  forget(key: string): void {
    this.#pauses.delete(key);
  }
}
