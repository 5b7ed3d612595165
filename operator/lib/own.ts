/**
 * What stands in a record under a name that somebody else has chosen; undefined if nothing does. `record[name]` would find
 * `constructor` in each record, and whatever else every object inherits. A test finds who forgets it
 * (test/house/lookups.test.ts).
 */
export function own<T>(record: Readonly<Record<string, T>> | null | undefined, name: string): T | undefined {
  return record !== undefined && record !== null && Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Puts a value into a record, under whatever name: with `record[name] = value`, `__proto__` would set the prototype. */
export function setOwn<T>(record: Record<string, T>, name: string, value: T): void {
  Object.defineProperty(record, name, { value, configurable: true, enumerable: true, writable: true });
}
