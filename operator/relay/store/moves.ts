import type { MessageRow, StoreTransaction } from './schema.ts';

type Tx = StoreTransaction['tx'];
type Found = Pick<MessageRow, 'id' | 'robot'>;

/** The messages by their robots, in the order in which all transactions lock robots. */
export function byRobot(found: readonly Found[]): [robot: string, ids: number[]][] {
  const groups = [...Map.groupBy(found, ({ robot }) => robot)].sort(([a], [b]) => (a < b ? -1 : 1));
  return groups.map(([robot, rows]) => [robot, rows.map(({ id }) => id)]);
}

/**
 * Changes how many of a robot's messages wait. This locks the robot: it comes before any change of its messages, with 0 if the number
 * is not known yet.
 */
export async function addWaiting(tx: Tx, robot: string, count: number): Promise<void> {
  await tx
    .updateTable('relay_robots')
    .set(({ eb }) => ({ waiting: eb('waiting', '+', count) }))
    .where('robot', '=', robot)
    .execute();
}

/** Some messages that waited too long. */
export interface ExpiredBatch {
  readonly count: number;
  readonly mayHaveMore: boolean;
}

/** Ends messages that waited too long: a restored backup must not tell old news. */
export async function expireWaiting(
  { tx }: StoreTransaction,
  now: number,
  before: number,
  batch: number,
): Promise<ExpiredBatch> {
  const found = await tx
    .selectFrom('relay_messages')
    .select(['id', 'robot'])
    .where('state', '=', 'waiting')
    .where('accepted_at', '<=', before)
    // The age of what came in quiet hours counts from their end.
    .where('not_before', '<=', before)
    .orderBy('accepted_at')
    .limit(batch)
    .execute();
  let count = 0;
  for (const [robot, ids] of byRobot(found)) {
    await addWaiting(tx, robot, 0);
    const { numUpdatedRows } = await tx
      .updateTable('relay_messages')
      .set({ state: 'expired', finished_at: now })
      .where('id', 'in', ids)
      .where('state', '=', 'waiting')
      .executeTakeFirstOrThrow();
    await addWaiting(tx, robot, -Number(numUpdatedRows));
    count += Number(numUpdatedRows);
  }
  return { count, mayHaveMore: found.length === batch };
}
