/** Counts what was tried, for the progress line. */
export class Tally {
  readonly #started = Date.now();
  readonly #reasons = new Map<string, number>();
  #tried = 0;
  #batches = 0;
  #accepted = 0;

  /** Counts a batch: by case, why it was refused, or undefined. */
  add(refusals: ReadonlyMap<number, string | undefined>): void {
    this.#batches++;
    for (const reason of refusals.values()) {
      this.#tried++;
      if (reason === undefined) this.#accepted++;
      else this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
    }
  }

  line(): string {
    const seconds = (Date.now() - this.#started) / 1_000;
    const refused = [...this.#reasons]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([reason, count]) => `${reason} ${count}`);
    return (
      `${seconds.toFixed(0)} s: ${this.#tried} cases (${(this.#tried / seconds).toFixed(1)}/s), ${this.#accepted} accepted, ` +
      `refused: ${refused.join(', ') || 'none'}; ${this.#batches} batches for Argo CD's controller`
    );
  }
}
