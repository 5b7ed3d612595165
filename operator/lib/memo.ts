/**
 * A pure function that remembers what it gave for the inputs that were used last.
 * @param keyOf tells inputs apart
 * @param maxBytes how much is kept, keys and results together, roughly; what was used last stays
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

/**
 * What was made of an object the last time, for as long as the object and all else that went into it are the same.
 * It goes with the object, so that nobody's edits fill the memory, and nobody's push out what others have.
 */
export class ObjectMemo<Key extends object, Output> {
  readonly #known = new WeakMap<Key, { readonly inputs: readonly unknown[]; readonly output: Output }>();

  /**
   * @param inputs all that the output depends on beside the object: texts, numbers, or objects that never change
   * @param compute gives the same for the same object and inputs
   */
  get(object: Key, inputs: readonly unknown[], compute: () => Output): Output {
    const known = this.#known.get(object);
    if (known && isSame(known.inputs, inputs)) return known.output;
    const output = compute();
    this.#known.set(object, { inputs, output });
    return output;
  }
}

const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((each, index) => Object.is(each, b[index]));

/** What an object takes beside its values, and an entry of it, in bytes: about what V8 needs. */
const OBJECT = 64;
const ENTRY = 16;
/** V8 keeps a text with two bytes for each character as soon as one of them is beyond Latin-1. */
const CHARACTER = 2;

/** How much memory a value takes that consists of texts, numbers, lists and plain objects, roughly. */
export function roughBytes(value: unknown): number {
  if (typeof value === 'string') return ENTRY + CHARACTER * value.length;
  if (typeof value !== 'object' || value === null) return 8;
  return Object.values(value).reduce((sum: number, each) => sum + ENTRY + roughBytes(each), OBJECT);
}
