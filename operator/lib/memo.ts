/**
 * A pure function that remembers its results for the most recently used inputs.
 * @param keyOf distinguishes inputs
 * @param maxBytes how much is kept, keys and results together, roughly; the most recently used entries stay
 */
export function memoised<Input, Output>(
  compute: (input: Input) => Output,
  keyOf: (input: Input) => string,
  maxBytes: number,
): (input: Input) => Output {
  const known = new Map<string, { readonly output: Output; readonly bytes: number }>();
  let sum = 0;
  return (input) => {
    const key = keyOf(input);
    const found = known.get(key);
    if (found) {
      known.delete(key);
      known.set(key, found);
      return found.output;
    }
    const output = compute(input);
    const bytes = roughBytes(key) + roughBytes(output);
    known.set(key, { output, bytes });
    sum += bytes;
    for (const [oldest, entry] of known) {
      if (sum <= maxBytes) break;
      known.delete(oldest);
      sum -= entry.bytes;
    }
    return output;
  };
}

/** A pure function that remembers its last result: decisions read the same long text several times. */
export function rememberLast<Input extends string | undefined, Output>(
  compute: (input: Input) => Output,
): (input: Input) => Output {
  let last: { readonly input: Input; readonly output: Output } | undefined;
  return (input) => {
    if (!last || last.input !== input) last = { input, output: compute(input) };
    return last.output;
  };
}

/**
 * The last result that was derived from an object, while the object and all other inputs are the same. The memory is
 * released with the object, so no namespace's edits fill the memory or evict the results of others.
 */
export class ObjectMemo<Key extends object, Output> {
  readonly #known = new WeakMap<Key, { readonly inputs: readonly unknown[]; readonly output: Output }>();

  /**
   * @param inputs all other inputs of the result: texts, numbers, or objects that never change
   * @param compute gives the same for the same object and inputs
   */
  get(object: Key, inputs: readonly unknown[], compute: () => Output): Output {
    const known = this.#known.get(object);
    if (known && isSame(known.inputs, inputs)) return known.output;
    const output = compute();
    this.#known.set(object, { inputs, output });
    return output;
  }

  /** As {@link get}, but remembers only results that pass the test: those that no further input can change. */
  getIf(
    object: Key,
    inputs: readonly unknown[],
    compute: () => Output,
    isToKeep: (output: Output) => boolean,
  ): Output {
    const known = this.#known.get(object);
    if (known && isSame(known.inputs, inputs)) return known.output;
    const output = compute();
    if (isToKeep(output)) this.#known.set(object, { inputs, output });
    else this.#known.delete(object);
    return output;
  }
}

/** Called many thousand times in a decision, where a loop is several times as fast as a callback. */
function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) if (!Object.is(a[index], b[index])) return false;
  return true;
}

/** The memory of an object beside its values, and of an entry, in bytes: about as much as V8 uses. */
const OBJECT = 64;
const ENTRY = 16;
/** V8 keeps a text with two bytes for each character as soon as one of them is beyond Latin-1. */
const CHARACTER = 2;

/** The memory of a value that consists of texts, numbers, lists and plain objects, in bytes, roughly. */
export function roughBytes(value: unknown): number {
  if (typeof value === 'string') return ENTRY + CHARACTER * value.length;
  if (typeof value !== 'object' || value === null) return 8;
  return Object.values(value).reduce((sum: number, each) => sum + ENTRY + roughBytes(each), OBJECT);
}
