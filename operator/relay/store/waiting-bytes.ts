import { sql } from 'kysely';
import type { StoreTransaction } from './schema.ts';

/** Between two measurements, only what this replica accepts is counted. */
const MEASURE_EVERY_MS = 10_000;

/** How many bytes wait in the store, about: another replica's messages of the last ten seconds are not counted. */
export class WaitingBytes {
  readonly #max: number;
  #bytes = 0;
  #measuredAt = Number.NEGATIVE_INFINITY;

  /** @param max beyond it, messages have no room for their bodies */
  constructor(max: number) {
    this.#max = max;
  }

  get hasRoom(): boolean {
    return this.#bytes < this.#max;
  }

  /** Counts a message that is about to be stored. It stays counted until the next measurement, even if it is not stored. */
  add(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Looks into the store, if the last look was a while ago. */
  async measure({ tx }: StoreTransaction, now: number): Promise<void> {
    // A clock that was set back does not stop the measurements.
    if (Math.abs(now - this.#measuredAt) < MEASURE_EVERY_MS) return;
    const { bytes } = await tx
      .selectFrom('relay_messages')
      .select(({ fn }) => fn.coalesce(fn.sum<number>('bytes'), sql<number>`0`).as('bytes'))
      .where('state', 'in', ['waiting', 'sending'])
      .executeTakeFirstOrThrow();
    this.#bytes = Number(bytes);
    this.#measuredAt = now;
  }
}
