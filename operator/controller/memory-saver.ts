import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Has V8 collect garbage sooner than it would by itself. A decision makes tens of megabytes of it and keeps next to nothing, and
 * V8 lets the heap grow to six times of what is alive before it looks. It saves most when it is called before anything is loaded.
 *
 * Reference: `node --v8-options`; docs/adr/0028 has the figures.
 */
export function collectEarly(): void {
  // The nursery stays as large as it is: V8 would let it grow to 48 MB.
  setFlagsFromString('--semi-space-growth-factor=1');
  // The next look at everything comes when the heap is two fifths larger than what was alive at the last one.
  setFlagsFromString('--heap-growing-percent=40');
}

/** Gives memory back to the system after work, once nothing more comes. */
export class MemorySaver {
  readonly #collect: (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;
  readonly #restMs: number;
  #timer: NodeJS.Timeout | undefined;

  /** @param restMs how long nothing happens before; default 5 s, not between the edits of somebody who is at work */
  constructor(restMs = 5_000) {
    collectEarly();
    this.#restMs = restMs;
    setFlagsFromString('--expose-gc');
    this.#collect = runInNewContext('gc');
  }

  /** Says that work was done. What it left behind is collected later, in some tens of milliseconds. */
  worked(): void {
    clearTimeout(this.#timer);
    const tidyUp = () => this.#collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    this.#timer = setTimeout(tidyUp, this.#restMs).unref();
  }
}
