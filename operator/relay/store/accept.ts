import { sql } from 'kysely';
import { groupOf, type NewMessage } from '../model.ts';
import { type NoteChanges, writeNotes } from './notes.ts';
import { prepared } from './prepared.ts';
import { type NewRow, ROW_COLUMNS, toColumn, toKey, toRow } from './rows.ts';
import type { StoreTransaction } from './schema.ts';
import type { WaitingBytes } from './waiting-bytes.ts';

/** For so long a repetition of an event is dropped. */
export const REPETITION_MS = 1_440 * 60_000;

/** So many of a robot's messages have their bodies in a full store: others must not make a quiet robot's message a mere number. */
const WAITING_IN_FULL_STORE = 5;

/** What one caller wants to have stored. */
export interface Acceptance extends NoteChanges {
  readonly messages: readonly NewMessage[];
}

/** What the rows of new messages need. */
export interface AcceptanceLimits {
  /** So many of a robot's messages wait with their bodies. */
  readonly maxWaiting: number;
  /** Of all robots. */
  readonly waitingBytes: WaitingBytes;
  readonly uuid: () => string;
}

/**
 * Stores the messages of several callers. The order of keys is the same in all transactions, so two replicas cannot wait for each
 * other.
 * @returns how many messages were new, for each caller
 */
export async function acceptAll(
  transaction: StoreTransaction,
  acceptances: readonly Acceptance[],
  limits: AcceptanceLimits,
): Promise<number[]> {
  const fresh = await withoutRepetitions(transaction, acceptances);
  const all = fresh.flatMap(({ messages, now }) => messages.map((message) => ({ message, now })));
  const { maxWaiting, waitingBytes, uuid } = limits;
  const waitingBefore = await countIn(transaction, all);
  if (all[0]) await waitingBytes.measure(transaction, all[0].now);
  const rows = all.map(({ message, now }) => {
    const robot = toColumn(message.robot);
    const before = waitingBefore.get(robot) ?? 0;
    waitingBefore.set(robot, before + 1);
    const max = waitingBytes.hasRoom ? maxWaiting : Math.min(WAITING_IN_FULL_STORE, maxWaiting);
    const row = toRow(message, now, uuid(), before < max);
    waitingBytes.add(row.bytes);
    return row;
  });
  await insertMessages(transaction, rows);
  await writeNotes(transaction, fresh);
  return fresh.map(({ messages }) => messages.length);
}

const insertMessages = prepared<NewRow>(ROW_COLUMNS, (tx, rows) =>
  tx.insertInto('relay_messages').values([...rows]),
);

const insertKeys = prepared<{ readonly key: string; readonly at: number }, { readonly key: string }>(
  ['key', 'at'],
  (tx, rows) =>
    tx
      .insertInto('relay_dedupe')
      .values([...rows])
      .onConflict((conflict) =>
        conflict
          .column('key')
          .doUpdateSet(({ ref }) => ({ at: ref('excluded.at') }))
          .where('relay_dedupe.at', '<=', sql<number>`excluded.at - ${sql.lit(REPETITION_MS)}`),
      )
      .returning('key'),
);

/** The acceptances with their new messages only. */
async function withoutRepetitions(
  transaction: StoreTransaction,
  acceptances: readonly Acceptance[],
): Promise<Acceptance[]> {
  const times = new Map<string, number>();
  for (const { messages, now } of acceptances)
    for (const key of messages.map(repetitionKey)) if (!times.has(key)) times.set(key, now);
  const { rows } = await insertKeys(
    transaction,
    [...times].sort(byKey).map(([key, at]) => ({ key, at })),
  );
  const fresh = new Set(rows.map(({ key }) => key));
  return acceptances.map((acceptance) => ({
    ...acceptance,
    messages: acceptance.messages.filter((message) => fresh.delete(repetitionKey(message))),
  }));
}

const addToRobots = prepared<
  { readonly robot: string; readonly added: number; readonly now: number },
  { readonly robot: string; readonly waiting: number }
>(['robot', 'added', 'now'], (tx, rows) =>
  tx
    .insertInto('relay_robots')
    .values(rows.map(({ robot, added, now }) => ({ robot, waiting: added, silent_until: 0, seen_at: now })))
    .onConflict((conflict) =>
      conflict.column('robot').doUpdateSet(({ ref }) => ({
        waiting: sql<number>`relay_robots.waiting + excluded.waiting`,
        seen_at: ref('excluded.seen_at'),
      })),
    )
    .returning(['robot', 'waiting']),
);

/** Adds the messages to their robots' counts; gives the counts before. */
async function countIn(
  transaction: StoreTransaction,
  all: readonly { readonly message: NewMessage; readonly now: number }[],
): Promise<Map<string, number>> {
  const counts = new Map<string, { added: number; now: number }>();
  for (const { message, now } of all) {
    const robot = toColumn(message.robot);
    counts.set(robot, { added: (counts.get(robot)?.added ?? 0) + 1, now });
  }
  const { rows } = await addToRobots(
    transaction,
    [...counts].sort(byKey).map(([robot, count]) => ({ robot, ...count })),
  );
  return new Map(rows.map(({ robot, waiting }) => [robot, waiting - (counts.get(robot)?.added ?? 0)]));
}

/** Spaces are in no robot's name. Another robot of the same group may get the repetition. */
function repetitionKey({ robot, dedupeKey }: NewMessage): string {
  return toKey(`${groupOf(robot)} ${dedupeKey}`);
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : Number(a > b);
}
