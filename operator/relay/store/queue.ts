import { type Kysely, sql } from 'kysely';
import { MAX_IN_DIGEST, type RobotQueue } from '../model.ts';
import { prepared } from './prepared.ts';
import { MESSAGE_COLUMNS, toMessage } from './rows.ts';
import type { MessageRow, RelaySchema, StoreTransaction } from './schema.ts';

/** The policy looks back so far. */
const WINDOW_MS = 60_000;

/** More times within the window make no difference to any policy. */
const MAX_TIMES = 1_000;

/** A message that waits. Its body is read once it is claimed: a thousand bodies may be 20 MB. */
export type QueuedRow = Pick<MessageRow, (typeof MESSAGE_COLUMNS)[number]> & { readonly hasBody: boolean };

/** One robot's part of the store. */
export interface QueueRows {
  readonly rows: readonly QueuedRow[];
  readonly count: number;
  readonly requestsAt: readonly number[];
  readonly acceptedAt: readonly number[];
  /** Ids of the Applications, as `details` have them. */
  readonly busy: readonly string[];
}

/** A robot whose row is locked. */
export interface LockedRobot {
  readonly robot: string;
  readonly silent_until: number;
  /** How many of its messages wait. */
  readonly waiting: number;
}

interface RequestRow {
  readonly at: number;
  /** Until when its owner has it; null when it has ended. */
  readonly claimed_until: number | null;
}

/** The robot's requests of the last minute, and those that have not ended, in order; the robot must be locked. */
export async function readRequests(
  transaction: StoreTransaction,
  robot: string,
  now: number,
): Promise<readonly RequestRow[]> {
  return (await selectRequests(transaction, [{ robot, after: now - WINDOW_MS }])).rows;
}

const selectRequests = prepared<{ readonly robot: string; readonly after: number }, RequestRow>(
  ['robot', 'after'],
  (tx, [{ robot, after }]) =>
    tx
      .selectFrom('relay_requests')
      .select(['at', 'claimed_until'])
      .where('robot', '=', robot)
      .where(({ or, eb }) => or([eb('at', '>', after), eb('claimed_until', 'is not', null)]))
      .orderBy('at'),
);

/** Reads the rest. */
export async function readQueue(
  transaction: StoreTransaction,
  { robot, waiting }: LockedRobot,
  requests: readonly RequestRow[],
  now: number,
): Promise<QueueRows> {
  // Thousands that wait for the end of quiet hours must not hide one that does not.
  const due = waiting > 0 ? (await selectDue(transaction, [{ robot, now }])).rows : [];
  const held = waiting > due.length ? (await selectHeld(transaction, [{ robot, now }])).rows : [];
  const rows = [...due, ...held].sort((a, b) => a.id - b.id);
  const accepted =
    rows.length > 0 ? (await selectAccepted(transaction, [{ robot, after: now - WINDOW_MS }])).rows : [];
  const isBusy = requests.some(({ claimed_until }) => claimed_until !== null);
  const sending = isBusy ? (await selectSending(transaction, [{ robot }])).rows : [];
  return {
    rows: rows.map(({ has_body, ...row }) => ({ ...row, hasBody: Boolean(has_body) })),
    count: waiting,
    requestsAt: requests.map(({ at }) => at).filter((at) => at > now - WINDOW_MS),
    acceptedAt: accepted.map(({ accepted_at }) => accepted_at).reverse(),
    busy: sending.map(({ details }) => JSON.parse(details).application.uid),
  };
}

type WaitingRow = Omit<QueuedRow, 'hasBody'> & { readonly has_body: boolean | number };

const waitingOf = (tx: Kysely<RelaySchema>, robot: string) =>
  tx
    .selectFrom('relay_messages')
    .select(MESSAGE_COLUMNS)
    .select(sql<boolean | number>`body is not null`.as('has_body'))
    .where('robot', '=', robot)
    .where('state', '=', 'waiting')
    .orderBy('id')
    .limit(MAX_IN_DIGEST);

const selectDue = prepared<{ readonly robot: string; readonly now: number }, WaitingRow>(
  ['robot', 'now'],
  (tx, [{ robot, now }]) =>
    waitingOf(tx, robot).where(({ or, eb }) => or([eb('not_before', '<=', now), eb('attempts', '>', 0)])),
);

const selectHeld = prepared<{ readonly robot: string; readonly now: number }, WaitingRow>(
  ['robot', 'now'],
  (tx, [{ robot, now }]) => waitingOf(tx, robot).where('not_before', '>', now).where('attempts', '=', 0),
);

const selectAccepted = prepared<
  { readonly robot: string; readonly after: number },
  { readonly accepted_at: number }
>(['robot', 'after'], (tx, [{ robot, after }]) =>
  tx
    .selectFrom('relay_messages')
    .select('accepted_at')
    .where('robot', '=', robot)
    .where('accepted_at', '>', after)
    .orderBy('accepted_at', 'desc')
    .limit(MAX_TIMES),
);

const selectSending = prepared<{ readonly robot: string }, { readonly details: string }>(
  ['robot'],
  (tx, [{ robot }]) =>
    tx
      .selectFrom('relay_messages')
      .select('details')
      .where('robot', '=', robot)
      .where('state', '=', 'sending'),
);

/** The same for the policy. */
export function toRobotQueue(
  { robot, silent_until: silentUntil }: LockedRobot,
  queue: QueueRows,
): RobotQueue {
  const { rows, count, requestsAt, acceptedAt, busy } = queue;
  return {
    robot,
    waiting: rows.map((row) => toMessage(row)),
    count,
    requestsAt,
    acceptedAt,
    busyApplications: new Set(busy),
    silentUntil,
  };
}
