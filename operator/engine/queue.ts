/** A line of jobs in order of arrival, with those that can wait behind all that cannot. */
export class Queue<T> {
  readonly #foreground: T[] = [];
  readonly #background: T[] = [];

  add(job: T, isBackground: boolean): void {
    (isBackground ? this.#background : this.#foreground).push(job);
  }

  next(): T | undefined {
    return this.#foreground.shift() ?? this.#background.shift();
  }

  /** Empties the line. */
  takeAll(): T[] {
    return [...this.#foreground.splice(0), ...this.#background.splice(0)];
  }
}
