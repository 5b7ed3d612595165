import type { Ending, LastAnswer, RequestClaim } from '../model.ts';
import { prepared } from './prepared.ts';
import type { MessageState, StoreTransaction } from './schema.ts';

/** Records how a claimed request ended. */
export async function finishOne(
  transaction: StoreTransaction,
  claim: RequestClaim,
  ending: Ending,
  now: number,
): Promise<void> {
  const { tx } = transaction;
  const { robot, id, messages } = claim;
  const outcome = JSON.stringify(ending.outcome);
  // First of all, since it locks the robot.
  await noteAnswer(transaction, [{ robot, now, outcome }]);
  if (ending.kind === 'again' && ending.silentUntil !== undefined)
    await tx
      .updateTable('relay_robots')
      .set({ silent_until: ending.silentUntil })
      .where('robot', '=', robot)
      .execute();
  await endRequest(transaction, [{ id }]);
  const ended =
    ending.kind === 'again'
      ? await waitAgain(transaction, claim, ending)
      : (await endMessages(transaction, [{ robot, id, state: ending.kind, now, outcome }])).changed;
  const isLate = ending.kind !== 'again' && ended < messages.length;
  const back = ending.kind === 'again' ? ended : isLate ? -(await lateSuccess(tx, claim, ending, now)) : 0;
  if (back !== 0)
    await tx
      .updateTable('relay_robots')
      .set(({ eb }) => ({ waiting: eb('waiting', '+', back) }))
      .where('robot', '=', robot)
      .execute();
}

const noteAnswer = prepared<{ readonly robot: string; readonly now: number; readonly outcome: string }>(
  ['robot', 'now', 'outcome'],
  (tx, [{ robot, now, outcome }]) =>
    tx.updateTable('relay_robots').set({ answered_at: now, answer: outcome }).where('robot', '=', robot),
);

const endRequest = prepared<{ readonly id: number }>(['id'], (tx, [{ id }]) =>
  tx.updateTable('relay_requests').set({ claimed_until: null }).where('id', '=', id),
);

const endMessages = prepared<{
  readonly robot: string;
  readonly id: number;
  readonly state: MessageState;
  readonly now: number;
  readonly outcome: string;
}>(['robot', 'id', 'state', 'now', 'outcome'], (tx, [{ robot, id, state, now, outcome }]) =>
  tx
    .updateTable('relay_messages')
    .set({ state, claim: null, finished_at: now, outcome })
    .where('robot', '=', robot)
    .where('state', '=', 'sending')
    .where('claim', '=', id),
);

/** @returns how many messages wait again */
async function waitAgain(
  { tx }: StoreTransaction,
  { robot, id }: RequestClaim,
  { outcome, notBefore, silentUntil }: Extract<Ending, { kind: 'again' }>,
): Promise<number> {
  const { numUpdatedRows } = await tx
    .updateTable('relay_messages')
    .set({
      state: 'waiting',
      claim: null,
      not_before: notBefore,
      outcome: JSON.stringify(outcome),
      // DingTalk has not got what its throttle has refused, so this may join a digest.
      ...(silentUntil !== undefined && { request_uuid: null }),
    })
    .where('robot', '=', robot)
    .where('state', '=', 'sending')
    .where('claim', '=', id)
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows);
}

/**
 * A success that comes after its claim has ended still counts, unless another replica repeats the request already.
 * @returns how many messages wait no longer
 */
async function lateSuccess(
  tx: StoreTransaction['tx'],
  { robot, msgUuid }: RequestClaim,
  { kind, outcome }: Ending,
  now: number,
): Promise<number> {
  if (kind !== 'sent') return 0;
  const { numUpdatedRows } = await tx
    .updateTable('relay_messages')
    .set({ state: 'sent', finished_at: now, outcome: JSON.stringify(outcome) })
    .where('robot', '=', robot)
    .where('state', '=', 'waiting')
    .where('request_uuid', '=', msgUuid)
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows);
}

/** DingTalk's last answer to each robot. */
export async function readLastAnswers({ tx }: StoreTransaction): Promise<readonly LastAnswer[]> {
  const rows = await tx
    .selectFrom('relay_robots')
    .select(['robot', 'answered_at', 'answer', 'waiting'])
    .where('answer', 'is not', null)
    .orderBy('robot')
    .execute();
  const requests = await tx
    .selectFrom('relay_requests')
    .select('robot')
    .distinct()
    .where('claimed_until', 'is not', null)
    .execute();
  const busy = new Set(requests.map(({ robot }) => robot));
  return rows.map(({ robot, answered_at, answer, waiting }) => ({
    robot,
    at: answered_at ?? 0,
    outcome: JSON.parse(answer ?? 'null'),
    isIdle: waiting === 0 && !busy.has(robot),
  }));
}
