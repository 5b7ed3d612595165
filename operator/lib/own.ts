/**
 * The own value of a record under a name that another person has chosen; undefined if there is none. `record[name]`
 * would also find `constructor` and every other inherited property. A test finds look-ups without this function
 * (test/house/lookups.test.ts).
 */
export function own<T>(record: Readonly<Record<string, T>> | null | undefined, name: string): T | undefined {
  return record !== undefined && record !== null && Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Puts a value into a record, under any name: with `record[name] = value`, `__proto__` would set the prototype. */
export function setOwn<T>(record: Record<string, T>, name: string, value: T): void {
  // The only inherited setter. An assignment is many times as fast.
  if (name === '__proto__')
    Object.defineProperty(record, name, { value, configurable: true, enumerable: true, writable: true });
  else record[name] = value;
}
