/**
 * The value of a flag of a fuzzer.
 * @throws Error for anything but a whole number that is not negative
 */
export function wholeNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(text))
    throw new Error(`--${name}: expected a whole number, got ${JSON.stringify(text)}`);
  return Number(text);
}

/** A seed to begin with where none is given. */
export const randomSeed = (): number => Math.floor(Math.random() * 1e9);
