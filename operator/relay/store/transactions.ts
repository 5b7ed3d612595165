import { CompiledQuery } from 'kysely';
import { Grouping } from './grouping.ts';
import type { OpenDatabase, StoreTransaction } from './schema.ts';
import { toUnavailable } from './unavailable.ts';

/** What is done in a transaction, or nothing of it. */
export type Work<T> = (transaction: StoreTransaction) => Promise<T>;

/** The ways to use a database. */
export interface Transactions {
  /** Runs a transaction. */
  run<T>(work: Work<T>): Promise<T>;
  /** Runs one query that only reads. */
  read<T>(work: Work<T>): Promise<T>;
}

/** An error of a caller's function inside of a transaction. It is not the store's. */
export class WorkFault extends Error {
  override readonly name = 'WorkFault';
}

/**
 * The transactions of a database. PostgreSQL ends several at once by itself. SQLite has one at a time, so all that are asked for while
 * the disk writes become one: each has a savepoint in it, and none is done before the disk has all of them.
 */
export function transactionsOf(database: OpenDatabase): Transactions {
  const { db, kind } = database;
  // A query alone is a transaction, too. SQLite's waits for the present one to end, so the disk has what it reads.
  const read: Transactions['read'] = (work) => work({ tx: db as StoreTransaction['tx'], kind });
  if (kind === 'postgres')
    return { read, run: (work) => db.transaction().execute((tx) => work({ tx, kind })) };
  const group = new Grouping<Work<unknown>, PromiseSettledResult<unknown>>(
    (works) => together(database, works),
    () => true,
    { hasRests: true },
  );
  return {
    read,
    run: async <T>(work: Work<T>): Promise<T> => {
      const result = await group.add(work);
      if (result.status === 'rejected') throw result.reason;
      return result.value as T;
    },
  };
}

/** Kysely's own way makes a transaction of each, which takes three times as long. */
const SAVEPOINT = {
  begin: CompiledQuery.raw('savepoint work'),
  undo: CompiledQuery.raw('rollback to savepoint work'),
  end: CompiledQuery.raw('release savepoint work'),
} as const;

async function together(
  { db, kind }: OpenDatabase,
  works: readonly Work<unknown>[],
): Promise<PromiseSettledResult<unknown>[]> {
  const [work] = works;
  if (work && works.length === 1)
    return [{ status: 'fulfilled', value: await db.transaction().execute((tx) => work({ tx, kind })) }];
  const tx = await db.startTransaction().execute();
  try {
    const results: PromiseSettledResult<unknown>[] = [];
    for (const each of works) {
      await tx.executeQuery(SAVEPOINT.begin);
      try {
        results.push({ status: 'fulfilled', value: await each({ tx, kind }) });
      } catch (reason) {
        // The others would have the same error.
        if (!isOfWork(reason)) throw reason;
        await tx.executeQuery(SAVEPOINT.undo);
        results.push({ status: 'rejected', reason });
      }
      await tx.executeQuery(SAVEPOINT.end);
    }
    await tx.commit().execute();
    return results;
  } catch (error) {
    if (!tx.isCommitted) await tx.rollback().execute();
    throw error;
  }
}

/** Whether the transaction can go on without the work. */
function isOfWork(error: unknown): boolean {
  return error instanceof WorkFault || toUnavailable(error).isOfQuery;
}
