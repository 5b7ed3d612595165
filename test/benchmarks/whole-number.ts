/**
 * The value of an option that counts something.
 * @throws Error for anything but a whole number from 1 to 9999
 */
export function wholeNumber<Name extends string>(values: Readonly<Record<Name, string>>, name: Name): number {
  const text = values[name];
  if (!/^[1-9]\d{0,3}$/.test(text))
    throw new Error(`--${name}: expected a whole number from 1 to 9999, got ${text}`);
  return Number(text);
}
