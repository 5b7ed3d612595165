import { sql } from 'kysely';
import type { StoreTransaction } from './schema.ts';

/**
 * Ends the claims of replicas that ended before their requests did: their messages wait again, and the same request is to be repeated.
 * The robot must be locked.
 * @returns how many claims there were
 */
export async function endExpiredClaims(
  { tx }: StoreTransaction,
  robot: string,
  now: number,
): Promise<number> {
  const expired = await tx
    .updateTable('relay_requests')
    .set({ claimed_until: null })
    .where('robot', '=', robot)
    .where('claimed_until', '<=', now)
    .returning('id')
    .execute();
  if (expired.length === 0) return 0;
  const ids = expired.map(({ id }) => id);
  const { numUpdatedRows } = await tx
    .updateTable('relay_messages')
    .set({ state: 'waiting', claim: null })
    .where('robot', '=', robot)
    .where('state', '=', 'sending')
    .where('claim', 'in', ids)
    .executeTakeFirstOrThrow();
  await tx
    .updateTable('relay_robots')
    .set({ waiting: sql<number>`waiting + ${Number(numUpdatedRows)}` })
    .where('robot', '=', robot)
    .execute();
  return ids.length;
}

/** Lets the claims of all replicas end now. */
export async function endAllClaims({ tx }: StoreTransaction): Promise<void> {
  await tx
    .updateTable('relay_requests')
    .set({ claimed_until: 0 })
    .where('claimed_until', 'is not', null)
    .execute();
}
