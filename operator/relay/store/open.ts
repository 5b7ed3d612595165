/**
 * The durable store of the relay: one schema and one set of queries over SQLite and PostgreSQL.
 *
 * schema.ts has the tables and migrations.ts makes them; sqlite.ts and postgres.ts open the databases. A file for each thing that is
 * done with the store: accept.ts, claim.ts, finish.ts, sweep.ts. connection.ts has the patience with a database that is away.
 */

import { randomUUID } from 'node:crypto';
import type { Log } from '../../lib/log.ts';
import type { RelayStore } from '../model.ts';
import { StoreConnection } from './connection.ts';
import { RelayDesk } from './desk.ts';
import { endAllClaims } from './expired-claims.ts';
import { openExisting, openPlace, type StorePlace } from './place.ts';
import { QueueStore } from './queue-store.ts';
import type { SqliteOptions } from './sqlite.ts';
import { WaitingBytes } from './waiting-bytes.ts';

/** How a store is kept; the defaults are those of the relay. */
export interface StoreOptions extends SqliteOptions {
  readonly log: Log;
  /** How long a replica may take for a request until another one repeats it. */
  readonly claimMs?: number;
  /** So many messages of a robot wait with their bodies. */
  readonly maxWaiting?: number;
  /** So many bytes wait in the whole store. Beyond them, only a few messages of each robot have their bodies. */
  readonly maxWaitingBytes?: number;
  /** No other replica uses the store: a request that a former process has begun is repeated at once. */
  readonly isOnly?: boolean;
  /** Gets the claims whose replica ended before the request did. */
  readonly onExpiredClaims?: (robot: string, claims: number) => void;
}

const CLAIM_MS = 60_000;
const MAX_WAITING = 10_000;
/** The volume of a SQLite file has 1 GiB. */
const MAX_WAITING_BYTES = 512_000_000;

/**
 * Opens a store, and takes it to the newest schema. A database that is away is no error here: the store's methods reject with
 * `StoreUnavailable` until the database is back.
 */
export async function openRelayStore(where: StorePlace, options: StoreOptions): Promise<RelayStore> {
  const { log, claimMs = CLAIM_MS, maxWaiting = MAX_WAITING, onExpiredClaims } = options;
  const { maxWaitingBytes = MAX_WAITING_BYTES, isOnly = false } = options;
  const connection = new StoreConnection(() => openPlace(where, options), log);
  const store = new QueueStore(connection, {
    claimMs,
    maxWaiting,
    waitingBytes: new WaitingBytes(maxWaitingBytes),
    uuid: randomUUID,
    onExpiredClaims: (robot, claims) => {
      log.warn({ robot, claims }, 'Requests whose replica has ended are repeated.');
      onExpiredClaims?.(robot, claims);
    },
  });
  await connection
    .transaction(async (transaction) => {
      if (isOnly) await endAllClaims(transaction);
    })
    .catch((error: Error) => log.error({ error: error.message }, 'The relay has no store yet.'));
  return store;
}

/** Opens the store of a relay that may run, for a person who looks at its messages. */
export function openRelayDesk(where: StorePlace, log: Log): RelayDesk {
  return new RelayDesk(new StoreConnection(() => openExisting(where, log), log));
}
