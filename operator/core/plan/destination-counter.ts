import type { Dimension, Reach } from './reach.ts';

/**
 * Counts destinations on applications that have something in common. An application has one value of each dimension. So the
 * most destinations that can meet on one application are those without a dimension, and the heaviest value of every dimension.
 */
export class DestinationCounter {
  #common = 0;
  readonly #dimensions = new Map<Dimension, Tally>();

  /** The most destinations that one application of this reach can have now. */
  taken({ dimension }: Reach): number {
    let sum = this.#common;
    for (const [name, tally] of this.#dimensions) {
      sum += name === dimension?.name ? tally.heaviestOf(dimension.values) : tally.heaviest();
    }
    return sum;
  }

  /** @param count negative to undo an addition */
  add({ dimension }: Reach, count: number): void {
    if (!dimension) {
      this.#common += count;
      return;
    }
    const tally = this.#dimensions.get(dimension.name) ?? new Tally();
    this.#dimensions.set(dimension.name, tally);
    for (const value of dimension.values) tally.add(value, count);
  }
}

/** Counts by value, and how many values have each count. So the heaviest value is known without a search. */
class Tally {
  readonly #counts = new Map<string, number>();
  readonly #values = new Map<number, number>();
  #heaviest = 0;

  add(value: string, count: number): void {
    const before = this.#counts.get(value) ?? 0;
    const after = before + count;
    if (after === 0) this.#counts.delete(value);
    else this.#counts.set(value, after);
    this.#note(before, -1);
    this.#note(after, 1);
    this.#heaviest = Math.max(this.#heaviest, after);
    // Ends at the count of this value at the latest.
    while (this.#heaviest > 0 && !this.#values.has(this.#heaviest)) this.#heaviest -= 1;
  }

  heaviest(): number {
    return this.#heaviest;
  }

  heaviestOf(values: readonly string[]): number {
    return values.reduce((most, value) => Math.max(most, this.#counts.get(value) ?? 0), 0);
  }

  #note(count: number, change: number): void {
    if (count === 0) return;
    const values = (this.#values.get(count) ?? 0) + change;
    if (values === 0) this.#values.delete(count);
    else this.#values.set(count, values);
  }
}
