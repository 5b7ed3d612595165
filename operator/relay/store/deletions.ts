import { sql } from 'kysely';
import type { MessageState, StoreTransaction } from './schema.ts';

/** So few rows that a transaction takes some milliseconds. */
export const BATCH = 200;

/** So many pages of a SQLite file may be free. */
const FREE_PAGES = 500;

type Tx = StoreTransaction['tx'];

/**
 * Deletes messages that ended before a time.
 * @returns whether there may be more, as the other functions do
 */
export async function deleteOld(tx: Tx, state: MessageState, before: number): Promise<boolean> {
  const oldest = tx
    .selectFrom('relay_messages')
    .select('id')
    .where('state', '=', state)
    .where('finished_at', '<=', before)
    .orderBy('finished_at')
    .limit(BATCH);
  const { numDeletedRows } = await tx
    .deleteFrom('relay_messages')
    .where('id', 'in', oldest)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows) === BATCH;
}

/** Deletes the oldest messages of a state that has more bytes than it may. */
export async function deleteBeyond(tx: Tx, state: MessageState, maxBytes: number): Promise<boolean> {
  const { bytes } = await tx
    .selectFrom('relay_messages')
    .select(({ fn }) => fn.coalesce(fn.sum<number>('bytes'), sql<number>`0`).as('bytes'))
    .where('state', '=', state)
    .executeTakeFirstOrThrow();
  let excess = bytes - maxBytes;
  if (excess <= 0) return false;
  const oldest = await tx
    .selectFrom('relay_messages')
    .select(['id', 'bytes'])
    .where('state', '=', state)
    .orderBy('finished_at')
    .limit(BATCH)
    .execute();
  const ids = oldest.filter((row) => {
    const isBeyond = excess > 0;
    excess -= row.bytes;
    return isBeyond;
  });
  await tx
    .deleteFrom('relay_messages')
    .where(
      'id',
      'in',
      ids.map(({ id }) => id),
    )
    .execute();
  return excess > 0;
}

/** Deletes events that may be repeated. */
export async function deleteRepetitions(tx: Tx, before: number): Promise<boolean> {
  const old = tx.selectFrom('relay_dedupe').select('key').where('at', '<=', before).limit(BATCH);
  const { numDeletedRows } = await tx
    .deleteFrom('relay_dedupe')
    .where('key', 'in', old)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows) === BATCH;
}

/** Deletes notes of sends. */
export async function deleteNotes(tx: Tx, before: number): Promise<boolean> {
  const old = await tx
    .selectFrom('relay_notes')
    .select(['application', 'key'])
    .where('at', '<=', before)
    .limit(BATCH)
    .execute();
  if (old.length > 0)
    await tx
      .deleteFrom('relay_notes')
      .where(({ or, and }) => or(old.map(({ application, key }) => and({ application, key }))))
      .where('at', '<=', before)
      .execute();
  return old.length === BATCH;
}

/** Deletes requests that have ended. */
export async function deleteRequests(tx: Tx, before: number): Promise<boolean> {
  const old = tx
    .selectFrom('relay_requests')
    .select('id')
    .where('at', '<=', before)
    .where('claimed_until', 'is', null)
    .limit(BATCH);
  const { numDeletedRows } = await tx
    .deleteFrom('relay_requests')
    .where('id', 'in', old)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows) === BATCH;
}

/** Deletes robots that have got no message for a long time, and their last answers. */
export async function deleteRobots(tx: Tx, before: number): Promise<boolean> {
  const old = tx
    .selectFrom('relay_robots')
    .select('robot')
    .where('seen_at', '<=', before)
    .where('waiting', '=', 0)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('relay_requests')
            .select('id')
            .whereRef('relay_requests.robot', '=', 'relay_robots.robot')
            .where('claimed_until', 'is not', null),
        ),
      ),
    )
    .limit(BATCH);
  const { numDeletedRows } = await tx
    .deleteFrom('relay_robots')
    .where('robot', 'in', old)
    .where('waiting', '=', 0)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows) === BATCH;
}

/** Gives room in a SQLite file back to the disk. PostgreSQL sees to it by itself. */
export async function shrinkFile({ tx, kind }: StoreTransaction): Promise<boolean> {
  if (kind === 'postgres') return false;
  const { rows } = await sql<{ readonly freelist_count: number }>`pragma freelist_count`.execute(tx);
  const free = rows[0]?.freelist_count ?? 0;
  if (free <= FREE_PAGES) return false;
  await sql`pragma incremental_vacuum(${sql.lit(FREE_PAGES)})`.execute(tx);
  return free > 2 * FREE_PAGES;
}
