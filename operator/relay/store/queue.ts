import { sql } from 'kysely';
import { MAX_IN_DIGEST, type RobotQueue } from '../model.ts';
import { MESSAGE_COLUMNS, toMessage } from './rows.ts';
import type { MessageRow, StoreTransaction } from './schema.ts';

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

/** Reads it; the robot must be locked. */
export async function readQueue({ tx }: StoreTransaction, robot: string, now: number): Promise<QueueRows> {
  const waitingRows = tx
    .selectFrom('relay_messages')
    .select(MESSAGE_COLUMNS)
    .select(sql<boolean | number>`body is not null`.as('has_body'))
    .where('robot', '=', robot)
    .where('state', '=', 'waiting')
    .orderBy('id')
    .limit(MAX_IN_DIGEST);
  // Thousands that wait for the end of quiet hours must not hide one that does not.
  const due = await waitingRows
    .where(({ or, eb }) => or([eb('not_before', '<=', now), eb('attempts', '>', 0)]))
    .execute();
  const held = await waitingRows.where('not_before', '>', now).where('attempts', '=', 0).execute();
  const rows = [...due, ...held].sort((a, b) => a.id - b.id);
  const { waiting } = await tx
    .selectFrom('relay_robots')
    .select('waiting')
    .where('robot', '=', robot)
    .executeTakeFirstOrThrow();
  const requests = await tx
    .selectFrom('relay_requests')
    .select('at')
    .where('robot', '=', robot)
    .where('at', '>', now - WINDOW_MS)
    .orderBy('at')
    .execute();
  const accepted = await tx
    .selectFrom('relay_messages')
    .select('accepted_at')
    .where('robot', '=', robot)
    .where('accepted_at', '>', now - WINDOW_MS)
    .orderBy('accepted_at', 'desc')
    .limit(MAX_TIMES)
    .execute();
  const sending = await tx
    .selectFrom('relay_messages')
    .select('details')
    .where('robot', '=', robot)
    .where('state', '=', 'sending')
    .execute();
  return {
    rows: rows.map(({ has_body, ...row }) => ({ ...row, hasBody: Boolean(has_body) })),
    count: waiting,
    requestsAt: requests.map(({ at }) => at),
    acceptedAt: accepted.map(({ accepted_at }) => accepted_at).reverse(),
    busy: sending.map(({ details }) => JSON.parse(details).application.uid),
  };
}

/** The same for the policy. */
export function toRobotQueue(robot: string, silentUntil: number, queue: QueueRows): RobotQueue {
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
