import type { Ending, LastAnswer, RequestClaim } from '../model.ts';
import type { StoreTransaction } from './schema.ts';

/** Records how a claimed request ended. */
export async function finishOne(
  { tx }: StoreTransaction,
  claim: RequestClaim,
  ending: Ending,
  now: number,
): Promise<void> {
  const outcome = JSON.stringify(ending.outcome);
  // First of all, since it locks the robot.
  await tx
    .updateTable('relay_robots')
    .set({
      answered_at: now,
      answer: outcome,
      ...(ending.kind === 'again' &&
        ending.silentUntil !== undefined && { silent_until: ending.silentUntil }),
    })
    .where('robot', '=', claim.robot)
    .execute();
  await tx.updateTable('relay_requests').set({ claimed_until: null }).where('id', '=', claim.id).execute();
  const left = await tx
    .updateTable('relay_messages')
    .set(
      ending.kind === 'again'
        ? {
            state: 'waiting',
            claim: null,
            not_before: ending.notBefore,
            outcome,
            // DingTalk has not got what its throttle has refused, so this may join a digest.
            ...(ending.silentUntil !== undefined && { request_uuid: null }),
          }
        : { state: ending.kind, claim: null, finished_at: now, outcome },
    )
    .where('robot', '=', claim.robot)
    .where('state', '=', 'sending')
    .where('claim', '=', claim.id)
    .executeTakeFirstOrThrow();
  const back =
    ending.kind === 'again' ? Number(left.numUpdatedRows) : -(await lateSuccess(tx, claim, ending, now));
  if (back !== 0)
    await tx
      .updateTable('relay_robots')
      .set(({ eb }) => ({ waiting: eb('waiting', '+', back) }))
      .where('robot', '=', claim.robot)
      .execute();
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
