import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Has V8 collect garbage sooner than by default. A decision makes tens of megabytes of garbage and keeps almost
 * nothing. V8 by default lets the heap grow to six times the live objects before it collects. The call saves most
 * before anything is loaded.
 *
 * Reference: `node --v8-options`; docs/adr/0028 has the figures.
 */
export function collectEarly(): void {
  // The nursery keeps its size: V8 would let it grow to 48 MB.
  setFlagsFromString('--semi-space-growth-factor=1');
  // The next full collection comes when the heap is two fifths larger than the live objects at the last one.
  setFlagsFromString('--heap-growing-percent=40');
}

/** Gives memory back to the system after work, once no more work comes. */
export class MemorySaver {
  readonly #collect: (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;
  readonly #restMs: number;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param restMs how long nothing happens before; default 5 s, which is longer than the pauses between a person's
   *   edits
   */
  constructor(restMs = 5_000) {
    collectEarly();
    this.#restMs = restMs;
    setFlagsFromString('--expose-gc');
    this.#collect = runInNewContext('gc');
  }

  /** Says that work was done. The garbage of it is collected later, which takes some tens of milliseconds. */
  worked(): void {
    clearTimeout(this.#timer);
    const tidyUp = () => this.#collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    this.#timer = setTimeout(tidyUp, this.#restMs).unref();
  }
}
