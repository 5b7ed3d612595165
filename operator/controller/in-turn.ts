/** Keys that wait, by namespace. The namespaces take turns, so a namespace with many keys delays no other. */
export class InTurn {
  /** In the order of their turns; each with its keys, the oldest first. */
  readonly #namespaces = new Map<string, Set<string>>();
  #size = 0;

  /** How many keys wait. */
  get size(): number {
    return this.#size;
  }

  /** Adds a key. A key that waits already keeps its place. */
  add(namespace: string, key: string): void {
    const keys = this.#namespaces.get(namespace) ?? new Set();
    if (keys.has(key)) return;
    this.#namespaces.set(namespace, keys.add(key));
    this.#size += 1;
  }

  /** Removes a key, if it is there. */
  delete(namespace: string, key: string): void {
    const keys = this.#namespaces.get(namespace);
    if (!keys?.delete(key)) return;
    this.#size -= 1;
    if (keys.size === 0) this.#namespaces.delete(namespace);
  }

  /** Removes all keys. */
  clear(): void {
    this.#namespaces.clear();
    this.#size = 0;
  }

  /** Removes and returns the next key of the next namespace that may have a turn; undefined if none may. */
  next(mayHaveTurn: (namespace: string) => boolean): string | undefined {
    for (const [namespace, keys] of this.#namespaces) {
      if (!mayHaveTurn(namespace)) continue;
      const [key] = keys as Iterable<string> as [string];
      this.delete(namespace, key);
      // The namespace has its next turn after all others.
      if (this.#namespaces.delete(namespace)) this.#namespaces.set(namespace, keys);
      return key;
    }
    return undefined;
  }
}
