import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * The space for new objects, of which V8 uses one half at a time, in bytes. In the two megabytes of a new process, a
 * decision has twenty collections that each keep what the decision still needs, and half of its time is theirs.
 */
const NURSERY_BYTES = 8_000_000;

/**
 * Has V8 collect garbage sooner than by default. A decision makes megabytes of garbage and keeps almost nothing. V8 by
 * default lets the heap grow to six times the live objects before it collects. The call saves most before anything is
 * loaded.
 *
 * Reference: `node --v8-options`; docs/adr/0028 has the figures.
 */
export function collectEarly(): void {
  // V8 would let the space for new objects grow to 48 MB.
  setNurseryGrowth(1);
  // The next full collection comes when the heap is two fifths larger than the live objects at the last one.
  setFlagsFromString('--heap-growing-percent=40');
}

/** @param factor by how much V8 lets the space for new objects grow at once */
const setNurseryGrowth = (factor: 1 | 2): void => setFlagsFromString(`--semi-space-growth-factor=${factor}`);

/** Gives memory back to the system after work, once no more work comes. */
export class MemorySaver {
  readonly #collect: (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;
  readonly #restMs: number;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param restMs how long nothing happens before; default 30 s. The collection takes more CPU than an edit, so a
   *   series of edits with pauses has one at its end
   */
  constructor(restMs = 30_000) {
    collectEarly();
    this.#restMs = restMs;
    setFlagsFromString('--expose-gc');
    this.#collect = runInNewContext('gc');
  }

  /** Says that work was done. The garbage of it is collected later, which takes some tens of milliseconds. */
  worked(): void {
    // The collection at rest makes the space small again.
    setNurseryGrowth(nurseryBytes() < NURSERY_BYTES ? 2 : 1);
    clearTimeout(this.#timer);
    const tidyUp = () => this.#collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    this.#timer = setTimeout(tidyUp, this.#restMs).unref();
  }
}

const nurseryBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? NURSERY_BYTES;
