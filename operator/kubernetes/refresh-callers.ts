/** The callers that wait for a list which begins after their call. */
export class RefreshCallers {
  /** For whom no list has begun. */
  #asked: PromiseWithResolvers<void> | undefined;
  /** For whom a list has begun. One that failed keeps its callers for the next one. */
  #served: PromiseWithResolvers<void> | undefined;

  /** Whether a list has to begin, or to begin again. */
  get wait(): boolean {
    return (this.#asked ?? this.#served) !== undefined;
  }

  /** Whether somebody has called since the last list began. */
  get haveAsked(): boolean {
    return this.#asked !== undefined;
  }

  /** Resolves when a list that begins from now on has been taken in. Calls before it begins share it. */
  ask(): Promise<void> {
    if (!this.#asked) {
      this.#asked = Promise.withResolvers();
      // A caller may have lost interest; the others still hear of it.
      this.#asked.promise.catch(() => undefined);
    }
    return this.#asked.promise;
  }

  listBegins(): void {
    if (this.#served && this.#asked) this.#served.promise.then(this.#asked.resolve, this.#asked.reject);
    this.#served ??= this.#asked;
    this.#asked = undefined;
  }

  listIsTaken(): void {
    this.#served?.resolve();
    this.#served = undefined;
  }

  reject(error: Error): void {
    for (const callers of [this.#asked, this.#served]) callers?.reject(error);
  }
}
