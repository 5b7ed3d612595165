import { roughBytes } from './rough-bytes.ts';

/**
 * A pure function that remembers what it gave for the inputs that were used last. Templates are compiled again for every
 * decision otherwise, at about a millisecond each.
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
 * What was made of a custom resource the last time, for as long as the resource and all else that went into it are the same.
 * It goes with the resource, so that nobody's edits fill the memory, and nobody's push out what others have.
 */
export class ResourceMemo<Resource extends object, Output> {
  readonly #known = new WeakMap<Resource, { readonly inputs: readonly unknown[]; readonly output: Output }>();

  /**
   * @param inputs all that the output depends on beside the resource: texts, numbers, or objects that never change
   * @param compute gives the same for the same resource and inputs
   */
  get(resource: Resource, inputs: readonly unknown[], compute: () => Output): Output {
    const known = this.#known.get(resource);
    if (known && isSame(known.inputs, inputs)) return known.output;
    const output = compute();
    this.#known.set(resource, { inputs, output });
    return output;
  }
}

const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((each, index) => Object.is(each, b[index]));
