/**
 * A pure function that remembers what it gave for the last so many inputs. Templates are compiled again for every
 * decision otherwise, at about a millisecond each.
 * @param keyOf tells inputs apart
 * @param size how many results are kept; the oldest goes first
 */
export function memoised<Input, Output>(
  compute: (input: Input) => Output,
  keyOf: (input: Input) => string,
  size: number,
): (input: Input) => Output {
  const known = new Map<string, { readonly output: Output }>();
  return (input) => {
    const key = keyOf(input);
    const found = known.get(key);
    if (found) return found.output;
    const output = compute(input);
    known.set(key, { output });
    const [oldest] = known.keys();
    if (known.size > size && oldest !== undefined) known.delete(oldest);
    return output;
  };
}
