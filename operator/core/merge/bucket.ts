import type { Facet, Reach } from './reach.ts';

/**
 * What is taken on the applications that have something in common. Each is one value of each facet, so the most that can
 * meet on one of them is what is told apart by nothing, and the heaviest value of every facet.
 */
export class Bucket {
  #common = 0;
  readonly #facets = new Map<Facet, Tally>();

  /** The most that one application of this reach can have by now. */
  taken({ facet }: Reach): number {
    let sum = this.#common;
    for (const [name, tally] of this.#facets) {
      sum += name === facet?.name ? tally.heaviestOf(facet.values) : tally.heaviest();
    }
    return sum;
  }

  /** @param count negative to give back what was added */
  add({ facet }: Reach, count: number): void {
    if (!facet) {
      this.#common += count;
      return;
    }
    const tally = this.#facets.get(facet.name) ?? new Tally();
    this.#facets.set(facet.name, tally);
    for (const value of facet.values) tally.add(value, count);
  }
}

/** Counts by value. The heaviest is looked for again only after something was given back, which is rare. */
class Tally {
  readonly #counts = new Map<string, number>();
  #heaviest: number | undefined = 0;

  add(value: string, count: number): void {
    const sum = (this.#counts.get(value) ?? 0) + count;
    if (sum === 0) this.#counts.delete(value);
    else this.#counts.set(value, sum);
    if (count < 0) this.#heaviest = undefined;
    else if (this.#heaviest !== undefined) this.#heaviest = Math.max(this.#heaviest, sum);
  }

  heaviest(): number {
    this.#heaviest ??= [...this.#counts.values()].reduce((most, count) => Math.max(most, count), 0);
    return this.#heaviest;
  }

  heaviestOf(values: readonly string[]): number {
    return values.reduce((most, value) => Math.max(most, this.#counts.get(value) ?? 0), 0);
  }
}
