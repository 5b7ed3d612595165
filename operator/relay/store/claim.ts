import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { MAX_IN_DIGEST, type RequestClaim, type RobotQueue, type SendingStep } from '../model.ts';
import { endExpiredClaims } from './expired-claims.ts';
import { prepared } from './prepared.ts';
import { type LockedRobot, type QueuedRow, readQueue, readRequests, toRobotQueue } from './queue.ts';
import { toMessage } from './rows.ts';
import type { RelaySchema, StoreTransaction } from './schema.ts';
import { WorkFault } from './transactions.ts';

/** When another replica has the robot. */
const SOON_MS = 250;

/** Whoever claims. */
export interface Claimant {
  /** This replica. */
  readonly owner: string;
  readonly now: number;
  /** For so long. */
  readonly claimMs: number;
  /** Gets the number of claims whose replica has ended without a word. */
  readonly onExpired: (robot: string, claims: number) => void;
}

/**
 * Locks a robot, has the policy decide, and records the request that it decides on.
 * @throws WorkFault with what the policy threw
 */
export async function claimOne(
  transaction: StoreTransaction,
  robot: string,
  claimant: Claimant,
  policy: (queue: RobotQueue) => SendingStep,
): Promise<RequestClaim | { readonly wait: number }> {
  const { now, onExpired } = claimant;
  let locked = await lockRobot(transaction, robot);
  if (!locked) return { wait: now + SOON_MS };
  const requests = await readRequests(transaction, robot, now);
  if (requests.some(({ claimed_until }) => claimed_until !== null && claimed_until <= now)) {
    const expired = await endExpiredClaims(transaction, robot, now);
    if (expired > 0) onExpired(robot, expired);
    locked = (await lockRobot(transaction, robot)) ?? locked;
  }
  const queue = await readQueue(transaction, locked, requests, now);
  const step = decide(policy, toRobotQueue(locked, queue));
  if (step.kind === 'wait') return { wait: step.until };
  const ids = step.kind === 'message' ? [step.id] : step.ids.slice(0, MAX_IN_DIGEST);
  const request = requestOf(step.kind, rowsOf(ids, queue.rows), queue.rows);
  return record(transaction, claimant, locked, request);
}

/** @returns undefined if another replica has the robot, or there is no such robot */
async function lockRobot(transaction: StoreTransaction, robot: string): Promise<LockedRobot | undefined> {
  return (await selectRobot(transaction, [{ robot }])).rows[0];
}

/** SQLite's transactions exclude each other anyway. */
const selectRobot = prepared<{ readonly robot: string }, LockedRobot>(['robot'], (tx, [{ robot }], kind) => {
  const row = tx
    .selectFrom('relay_robots')
    .select(['robot', 'silent_until', 'waiting'])
    .where('robot', '=', robot);
  return kind === 'postgres' ? row.forUpdate().skipLocked() : row;
});

function decide(policy: (queue: RobotQueue) => SendingStep, queue: RobotQueue): SendingStep {
  try {
    return policy(queue);
  } catch (cause) {
    throw new WorkFault('the policy failed', { cause });
  }
}

function rowsOf(ids: readonly number[], rows: readonly QueuedRow[]): readonly QueuedRow[] {
  const wanted = new Set(ids);
  const found = rows.filter(({ id }) => wanted.has(id));
  if (found.length === 0 || found.length < wanted.size)
    throw new WorkFault('the policy failed', {
      cause: new RangeError('the policy has chosen a message that does not wait'),
    });
  return found;
}

interface Request {
  readonly kind: RequestClaim['kind'];
  readonly msgUuid: string;
  readonly rows: readonly QueuedRow[];
}

/**
 * A message whose request may have reached DingTalk is repeated by the same request with the same msgUuid, since DingTalk would show
 * a message twice under two of them. So such messages neither join a digest nor leave theirs.
 */
function requestOf(
  kind: RequestClaim['kind'],
  chosen: readonly QueuedRow[],
  waiting: readonly QueuedRow[],
): Request {
  const former = chosen.find(({ request_uuid }) => request_uuid !== null);
  if (former) {
    const msgUuid = former.request_uuid as string;
    const rows = waiting.filter(({ request_uuid }) => request_uuid === msgUuid);
    return { kind: msgUuid === former.msg_uuid ? 'message' : 'digest', msgUuid, rows };
  }
  const [first] = chosen as readonly [QueuedRow];
  // Without its body, a message can only be counted.
  return kind === 'message' && first.hasBody
    ? { kind, msgUuid: first.msg_uuid, rows: [first] }
    : { kind: 'digest', msgUuid: randomUUID(), rows: chosen };
}

async function record(
  transaction: StoreTransaction,
  { owner, now, claimMs }: Claimant,
  { robot, waiting }: LockedRobot,
  { kind, msgUuid, rows }: Request,
): Promise<RequestClaim> {
  const inserted = await insertRequest(transaction, [{ robot, now, owner, until: now + claimMs }]);
  const { id } = inserted.rows[0] as (typeof inserted.rows)[0];
  const claimed = await claimMessages(transaction, { claim: id, msgUuid, ids: rows.map((row) => row.id) });
  const bodyOf = new Map(claimed.map((row) => [row.id, row.body]));
  await subtractWaiting(transaction, [{ robot, count: rows.length }]);
  return {
    left: waiting - rows.length,
    id,
    robot,
    kind,
    msgUuid,
    messages: rows.map((row) =>
      toMessage({ ...row, attempts: row.attempts + 1, body: bodyOf.get(row.id) ?? null }),
    ),
  };
}

const insertRequest = prepared<
  { readonly robot: string; readonly now: number; readonly owner: string; readonly until: number },
  { readonly id: number }
>(['robot', 'now', 'owner', 'until'], (tx, [{ robot, now, owner, until }]) =>
  tx.insertInto('relay_requests').values({ robot, at: now, owner, claimed_until: until }).returning('id'),
);

interface ClaimedIds {
  readonly claim: number;
  readonly msgUuid: string;
  readonly ids: readonly number[];
}

interface ClaimedBody {
  readonly id: number;
  readonly body: string | null;
}

async function claimMessages(
  transaction: StoreTransaction,
  { claim, msgUuid, ids }: ClaimedIds,
): Promise<readonly ClaimedBody[]> {
  const [only] = ids;
  if (only === undefined || ids.length > 1)
    return updateClaimed(transaction.tx, { claim, msgUuid, ids }).execute();
  return (await claimMessage(transaction, [{ claim, msgUuid, id: only }])).rows;
}

const updateClaimed = (tx: Kysely<RelaySchema>, { claim, msgUuid, ids }: ClaimedIds) =>
  tx
    .updateTable('relay_messages')
    .set(({ eb }) => ({
      state: 'sending',
      claim,
      request_uuid: msgUuid,
      attempts: eb('attempts', '+', 1),
    }))
    .where('id', 'in', ids)
    .returning(['id', 'body']);

const claimMessage = prepared<
  { readonly claim: number; readonly msgUuid: string; readonly id: number },
  ClaimedBody
>(['claim', 'msgUuid', 'id'], (tx, [{ claim, msgUuid, id }]) =>
  updateClaimed(tx, { claim, msgUuid, ids: [id] }),
);

const subtractWaiting = prepared<{ readonly robot: string; readonly count: number }>(
  ['robot', 'count'],
  (tx, [{ robot, count }]) =>
    tx
      .updateTable('relay_robots')
      .set(({ eb }) => ({ waiting: eb('waiting', '-', count) }))
      .where('robot', '=', robot),
);
