import { sql } from 'kysely';
import type { StoreTransaction } from './schema.ts';

/** The clocks of two replicas may differ by less. */
const MAX_DIFFERENCE_MS = 60_000;

/**
 * Corrects the times after the wall clock was set back: what has happened has happened by now, and what is to come comes as much later
 * as before. Otherwise nothing would be sent until the clock has reached the old times.
 */
export async function correctTimes({ tx }: StoreTransaction, now: number): Promise<void> {
  const { requested } = await tx
    .selectFrom('relay_requests')
    .select(({ fn }) => fn.coalesce(fn.max('at'), sql<number>`0`).as('requested'))
    .executeTakeFirstOrThrow();
  const { seen } = await tx
    .selectFrom('relay_robots')
    .select(({ fn }) => fn.coalesce(fn.max('seen_at'), sql<number>`0`).as('seen'))
    .executeTakeFirstOrThrow();
  const back = Math.max(requested, seen) - now;
  if (back <= MAX_DIFFERENCE_MS) return;
  const later = (column: 'silent_until' | 'not_before' | 'claimed_until') =>
    sql<number>`${sql.ref(column)} - ${sql.lit(back)}`;
  await tx
    .updateTable('relay_robots')
    .set({ silent_until: later('silent_until') })
    .where('silent_until', '>', now)
    .execute();
  await tx.updateTable('relay_robots').set({ seen_at: now }).where('seen_at', '>', now).execute();
  await tx.updateTable('relay_robots').set({ answered_at: now }).where('answered_at', '>', now).execute();
  await tx
    .updateTable('relay_requests')
    .set({ claimed_until: later('claimed_until') })
    .where('claimed_until', '>', now)
    .execute();
  await tx.updateTable('relay_requests').set({ at: now }).where('at', '>', now).execute();
  await tx
    .updateTable('relay_messages')
    .set({ not_before: later('not_before') })
    .where('state', '=', 'waiting')
    .where('not_before', '>', now)
    .execute();
  await tx.updateTable('relay_messages').set({ accepted_at: now }).where('accepted_at', '>', now).execute();
  await tx.updateTable('relay_dedupe').set({ at: now }).where('at', '>', now).execute();
}
