/**
 * The own value of a record under a name that another person has chosen; undefined if there is none. `record[name]`
 * would also find `constructor` and every other inherited property. A test finds look-ups without this function
 * (test/house/lookups.test.ts).
 */
export function own<T>(record: Readonly<Record<string, T>> | null | undefined, name: string): T | undefined {
  return record !== undefined && record !== null && Object.hasOwn(record, name) ? record[name] : undefined;
}

/** A copy with some other values. With thousands of names, a spread takes several times as long. */
export function withValues<T>(
  record: Readonly<Record<string, T>>,
  values: Readonly<Record<string, T>>,
): Record<string, T> {
  const copy: Record<string, T> = {};
  for (const from of [record, values])
    for (const name of Object.keys(from)) setOwn(copy, name, own(from, name) as T);
  return copy;
}

/** Puts a value into a record, under any name: with `record[name] = value`, `__proto__` would set the prototype. */
export function setOwn<T>(record: Record<string, T>, name: string, value: T): void {
  // The only inherited setter. An assignment is many times as fast.
  if (name === '__proto__')
    Object.defineProperty(record, name, { value, configurable: true, enumerable: true, writable: true });
  else record[name] = value;
}
