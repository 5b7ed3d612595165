import type { Dimension, Reach } from './reach.ts';

/**
 * What is taken on the applications that have something in common. Each is one value of each dimension, so the most that can
 * meet on one of them is what is told apart by nothing, and the heaviest value of every dimension.
 */
export class DestinationCounter {
  #common = 0;
  readonly #dimensions = new Map<Dimension, Tally>();

  /** The most that one application of this reach can have by now. */
  taken({ dimension }: Reach): number {
    let sum = this.#common;
    for (const [name, tally] of this.#dimensions) {
      sum += name === dimension?.name ? tally.heaviestOf(dimension.values) : tally.heaviest();
    }
    return sum;
  }

  /** @param count negative to give back what was added */
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

/** Counts by value, and how many values have each count, so that the heaviest is known without a look at all of them. */
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
    // No further than the count of this value, which is one of them.
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
