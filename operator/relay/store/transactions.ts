import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import { Grouping } from './grouping.ts';
import type { LocalFile, OpenDatabase, StoreTransaction } from './schema.ts';
import { toUnavailable } from './unavailable.ts';

/** SQLite's transactions begin so far apart, and gather meanwhile: each costs the processor as much as some messages do. */
const PACE_MS = 10;

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
  const { db, kind, local } = database;
  const tx = db as StoreTransaction['tx'];
  if (!local)
    return {
      // A query alone is a transaction, too.
      read: (work) => work({ tx, kind }),
      run: (work) => db.transaction().execute((own) => work({ tx: own, kind })),
    };
  let begunAt = Number.NEGATIVE_INFINITY;
  const group = new Grouping<Work<unknown>, PromiseSettledResult<unknown>>(
    async (take) => {
      const restMs = begunAt + PACE_MS - performance.now();
      // Whatever has arrived in the meantime is read first.
      await (restMs >= 1 ? pause(restMs) : turn());
      begunAt = performance.now();
      const results = await together({ db, kind, local }, take());
      await local.sync();
      return results;
    },
    () => true,
  );
  return {
    read: async (work) => {
      const result = await work({ tx, kind });
      // A transaction whose end the disk does not have yet may have written what was read.
      await local.sync();
      return result;
    },
    run: async <T>(work: Work<T>): Promise<T> => {
      const result = await group.add(work);
      if (result.status === 'rejected') throw result.reason;
      return result.value as T;
    },
  };
}

/** Kysely's own way makes a transaction of each, which takes three times as long. */
const SAVEPOINT = {
  begin: 'savepoint work',
  undo: 'rollback to savepoint work',
  end: 'release savepoint work',
} as const;

async function together(
  { db, kind, local }: OpenDatabase & { readonly local: LocalFile },
  works: readonly Work<unknown>[],
): Promise<PromiseSettledResult<unknown>[]> {
  const { query } = local;
  const tx = await db.startTransaction().execute();
  try {
    const results: PromiseSettledResult<unknown>[] = [];
    for (const each of works) {
      query(SAVEPOINT.begin, []);
      try {
        results.push({ status: 'fulfilled', value: await each({ tx, kind, query }) });
      } catch (reason) {
        // The others would have the same error.
        if (!isOfWork(reason)) throw reason;
        query(SAVEPOINT.undo, []);
        results.push({ status: 'rejected', reason });
      }
      query(SAVEPOINT.end, []);
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
