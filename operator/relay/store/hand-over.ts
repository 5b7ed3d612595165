import { sql } from 'kysely';
import type { MovedMessage } from '../model.ts';
import { BATCH } from './deletions.ts';
import { addWaiting } from './moves.ts';
import { toColumn } from './rows.ts';
import type { MessageRow, StoreTransaction } from './schema.ts';

/** A part of the messages that go to other robots. */
export interface HandOver {
  /** The robots that have got messages. */
  readonly targets: readonly string[];
  /** The last message that was looked at; undefined if there are no more. */
  readonly last: number | undefined;
}

/** Gives waiting messages of a robot, the oldest first, to other robots, as messages that had no request yet. */
export async function handOver(
  { tx }: StoreTransaction,
  robot: string,
  targetOf: (message: MovedMessage) => string | undefined,
  now: number,
  after: number,
): Promise<HandOver> {
  const found = await tx
    .selectFrom('relay_messages')
    .select(['id', 'details', 'attempts', 'not_before'])
    .where('robot', '=', robot)
    .where('state', '=', 'waiting')
    .where('id', '>', after)
    .orderBy('id')
    .limit(BATCH)
    .execute();
  const groups = Map.groupBy(found, (row) => toColumn(targetOf(movedMessage(row, now)) ?? robot));
  groups.delete(robot);
  // All transactions lock robots in this order.
  for (const each of [robot, ...groups.keys()].sort(byName)) await lock(tx, each, now);
  for (const [target, rows] of groups) {
    const { numUpdatedRows } = await tx
      .updateTable('relay_messages')
      .set({
        robot: target,
        request_uuid: null,
        not_before: sql<number>`case when attempts = 0 then not_before else ${sql.lit(now)} end`,
        attempts: 0,
      })
      .where(
        'id',
        'in',
        rows.map(({ id }) => id),
      )
      .where('robot', '=', robot)
      .where('state', '=', 'waiting')
      .executeTakeFirstOrThrow();
    await addWaiting(tx, robot, -Number(numUpdatedRows));
    await addWaiting(tx, target, Number(numUpdatedRows));
  }
  const last = found.length === BATCH ? found.at(-1)?.id : undefined;
  return { targets: [...groups.keys()], last };
}

const byName = (a: string, b: string): number => (a < b ? -1 : 1);

function movedMessage(
  { details, attempts, not_before }: Pick<MessageRow, 'details' | 'attempts' | 'not_before'>,
  now: number,
): MovedMessage {
  const { application } = JSON.parse(details) as { readonly application: { readonly uid: string } };
  return { applicationUid: application.uid, isHeld: attempts === 0 && not_before > now };
}

/** The other robot may have had no message before. */
async function lock(tx: StoreTransaction['tx'], robot: string, now: number): Promise<void> {
  await tx
    .insertInto('relay_robots')
    .values({ robot, waiting: 0, silent_until: 0, seen_at: now })
    .onConflict((conflict) =>
      conflict.column('robot').doUpdateSet(({ ref }) => ({ seen_at: ref('excluded.seen_at') })),
    )
    .execute();
}
