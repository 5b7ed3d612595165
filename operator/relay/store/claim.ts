import { randomUUID } from 'node:crypto';
import { MAX_IN_DIGEST, type RequestClaim, type RobotQueue, type SendingStep } from '../model.ts';
import { endExpiredClaims } from './expired-claims.ts';
import { type QueuedRow, readQueue, toRobotQueue } from './queue.ts';
import { toMessage } from './rows.ts';
import type { StoreTransaction } from './schema.ts';
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
  const silentUntil = await lockRobot(transaction, robot);
  if (silentUntil === undefined) return { wait: now + SOON_MS };
  const expired = await endExpiredClaims(transaction, robot, now);
  if (expired > 0) onExpired(robot, expired);
  const queue = await readQueue(transaction, robot, now);
  const step = decide(policy, toRobotQueue(robot, silentUntil, queue));
  if (step.kind === 'wait') return { wait: step.until };
  const ids = step.kind === 'message' ? [step.id] : step.ids.slice(0, MAX_IN_DIGEST);
  return record(transaction, claimant, robot, requestOf(step.kind, rowsOf(ids, queue.rows), queue.rows));
}

/**
 * SQLite's transactions exclude each other anyway.
 * @returns until when the robot is silent; undefined if another replica has the robot, or there is no such robot
 */
async function lockRobot({ tx, kind }: StoreTransaction, robot: string): Promise<number | undefined> {
  const row = tx.selectFrom('relay_robots').select('silent_until').where('robot', '=', robot);
  const locked = kind === 'postgres' ? row.forUpdate().skipLocked() : row;
  return (await locked.executeTakeFirst())?.silent_until;
}

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
  { tx }: StoreTransaction,
  { owner, now, claimMs }: Claimant,
  robot: string,
  { kind, msgUuid, rows }: Request,
): Promise<RequestClaim> {
  const ids = rows.map(({ id }) => id);
  const { id } = await tx
    .insertInto('relay_requests')
    .values({ robot, at: now, owner, claimed_until: now + claimMs })
    .returning('id')
    .executeTakeFirstOrThrow();
  await tx
    .updateTable('relay_messages')
    .set(({ eb }) => ({
      state: 'sending',
      claim: id,
      request_uuid: msgUuid,
      attempts: eb('attempts', '+', 1),
    }))
    .where('id', 'in', ids)
    .execute();
  await tx
    .updateTable('relay_robots')
    .set(({ eb }) => ({ waiting: eb('waiting', '-', ids.length) }))
    .where('robot', '=', robot)
    .execute();
  const bodies = await tx
    .selectFrom('relay_messages')
    .select(['id', 'body'])
    .where('id', 'in', ids)
    .execute();
  const bodyOf = new Map(bodies.map((row) => [row.id, row.body]));
  return {
    id,
    robot,
    kind,
    msgUuid,
    messages: rows.map((row) =>
      toMessage({ ...row, attempts: row.attempts + 1, body: bodyOf.get(row.id) ?? null }),
    ),
  };
}
