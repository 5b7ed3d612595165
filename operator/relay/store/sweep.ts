import { setImmediate as turn } from 'node:timers/promises';
import { REPETITION_MS } from './accept.ts';
import { correctTimes } from './clock.ts';
import type { StoreConnection } from './connection.ts';
import {
  BATCH,
  deleteBeyond,
  deleteNotes,
  deleteOld,
  deleteRepetitions,
  deleteRequests,
  deleteRobots,
  shrinkFile,
} from './deletions.ts';
import { type ExpiredBatch, expireWaiting } from './moves.ts';
import type { MessageState, StoreTransaction } from './schema.ts';

const DAY_MS = 1_440 * 60_000;

/** How long a robot's or an Application's traces stay without anything new. */
const TRACE_MS = 90 * DAY_MS;

/** Policies look back for a minute. */
const REQUEST_MS = 10 * 60_000;

/** What stays of messages that are done. */
export const RETENTION: readonly {
  readonly state: MessageState;
  readonly ms: number;
  readonly bytes: number;
}[] = [
  { state: 'sent', ms: 7 * DAY_MS, bytes: 100_000_000 },
  { state: 'dead', ms: 30 * DAY_MS, bytes: 20_000_000 },
  { state: 'expired', ms: 30 * DAY_MS, bytes: 20_000_000 },
];

/** How a sweep is done. */
export interface SweepOptions {
  readonly maxEventAgeMs: number;
  readonly onExpired?: (messages: number) => void;
  readonly retention?: typeof RETENTION;
}

/** Does a batch of the work, and tells whether there may be more of it. */
type Chore = (transaction: StoreTransaction) => Promise<boolean>;

/** Removes what is too old or too much, in small transactions. */
export async function sweepAll(
  connection: StoreConnection,
  now: number,
  { maxEventAgeMs, onExpired, retention = RETENTION }: SweepOptions,
): Promise<void> {
  await connection.transaction((transaction) => correctTimes(transaction, now));
  let expired: ExpiredBatch;
  do {
    expired = await connection.transaction((transaction) =>
      expireWaiting(transaction, now, now - maxEventAgeMs, BATCH),
    );
    // Not before the transaction has ended: it may be repeated.
    if (expired.count > 0) onExpired?.(expired.count);
    await turn();
  } while (expired.mayHaveMore);
  const chores: Chore[] = [
    ...retention.map(
      ({ state, ms }): Chore =>
        ({ tx }) =>
          deleteOld(tx, state, now - ms),
    ),
    ...retention.map(
      ({ state, bytes }): Chore =>
        ({ tx }) =>
          deleteBeyond(tx, state, bytes),
    ),
    ({ tx }) => deleteRepetitions(tx, now - REPETITION_MS),
    ({ tx }) => deleteNotes(tx, now - TRACE_MS),
    ({ tx }) => deleteRequests(tx, now - REQUEST_MS),
    ({ tx }) => deleteRobots(tx, now - TRACE_MS),
    shrinkFile,
  ];
  for (const chore of chores) while (await connection.transaction(chore)) await turn();
}
