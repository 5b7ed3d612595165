import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../../lib/log.ts';
import { redactError } from '../../lib/redact.ts';
import type { OpenDatabase } from './schema.ts';
import { type Transactions, transactionsOf, type Work, WorkFault } from './transactions.ts';
import { damageOf, toUnavailable } from './unavailable.ts';

/** How often two replicas may be in each other's way. */
const MAX_CONFLICTS = 5;
const CONFLICT_PAUSE_MS = 5;

interface Connected {
  readonly db: OpenDatabase['db'];
  readonly transactions: Transactions;
}

/**
 * The way to a database that may be away for a while. It opens the database when it is first needed. After an error of the
 * connection, it opens the database anew for the next transaction, so the store works again as soon as the database does.
 */
export class StoreConnection implements AsyncDisposable {
  readonly #open: () => Promise<OpenDatabase>;
  readonly #log: Log;
  #current: Promise<Connected> | undefined;

  /** @param open gives a database with the newest schema */
  constructor(open: () => Promise<OpenDatabase>, log: Log) {
    this.#open = open;
    this.#log = log;
  }

  /**
   * Runs one transaction, and again if another replica was in the way.
   * @throws StoreUnavailable
   */
  async transaction<T>(work: Work<T>): Promise<T> {
    return this.#use(({ run }) => run(work));
  }

  /**
   * Runs one query that only reads.
   * @throws StoreUnavailable
   */
  async read<T>(work: Work<T>): Promise<T> {
    return this.#use(({ read }) => read(work));
  }

  async #use<T>(use: (transactions: Transactions) => Promise<T>): Promise<T> {
    for (let conflicts = 1; ; conflicts++) {
      const current = this.#connect();
      try {
        const { transactions } = await current;
        return await use(transactions);
      } catch (error) {
        if (error instanceof WorkFault) throw error.cause;
        if (damageOf(error) !== 'conflict' || conflicts === MAX_CONFLICTS) {
          if (damageOf(error) === 'connection') this.#leave(current);
          throw toUnavailable(error);
        }
        await pause(conflicts * CONFLICT_PAUSE_MS);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    await (await current?.catch(() => undefined))?.db.destroy();
  }

  #connect(): Promise<Connected> {
    if (this.#current) return this.#current;
    const opening = this.#open().then((database) => ({
      db: database.db,
      transactions: transactionsOf(database),
    }));
    this.#current = opening;
    // A database that did not open is opened again next time.
    opening.catch(() => this.#leave(opening));
    return opening;
  }

  #leave(current: Promise<Connected>): void {
    if (this.#current !== current) return;
    this.#current = undefined;
    current
      .then(
        ({ db }) => db.destroy(),
        () => undefined, // it never opened, and its caller has the error
      )
      .catch((error: unknown) =>
        this.#log.warn({ error: redactError(error) }, 'A connection to the store did not end in good order.'),
      );
  }
}
