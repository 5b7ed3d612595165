import { sql } from 'kysely';
import { chunks } from '../../lib/chunks.ts';
import { groupOf, type NewMessage } from '../model.ts';
import { type NoteChanges, writeNotes } from './notes.ts';
import { toColumn, toKey, toRow } from './rows.ts';
import type { StoreTransaction } from './schema.ts';
import type { WaitingBytes } from './waiting-bytes.ts';

/** For so long a repetition of an event is dropped. */
export const REPETITION_MS = 1_440 * 60_000;

/** So many of a robot's messages have their bodies in a full store: others must not make a quiet robot's message a mere number. */
const WAITING_IN_FULL_STORE = 5;

/** Rows of one query: both databases limit its parameters. */
const ROWS_OF_QUERY = 500;

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
  for (const part of chunks(rows, ROWS_OF_QUERY))
    await transaction.tx.insertInto('relay_messages').values(part).execute();
  await writeNotes(transaction, fresh);
  return fresh.map(({ messages }) => messages.length);
}

/** The acceptances with their new messages only. */
async function withoutRepetitions(
  { tx }: StoreTransaction,
  acceptances: readonly Acceptance[],
): Promise<Acceptance[]> {
  const times = new Map<string, number>();
  for (const { messages, now } of acceptances)
    for (const key of messages.map(repetitionKey)) if (!times.has(key)) times.set(key, now);
  const fresh = new Set<string>();
  for (const part of chunks([...times].sort(byKey), ROWS_OF_QUERY)) {
    const written = await tx
      .insertInto('relay_dedupe')
      .values(part.map(([key, at]) => ({ key, at })))
      .onConflict((conflict) =>
        conflict
          .column('key')
          .doUpdateSet(({ ref }) => ({ at: ref('excluded.at') }))
          .where('relay_dedupe.at', '<=', sql<number>`excluded.at - ${sql.lit(REPETITION_MS)}`),
      )
      .returning('key')
      .execute();
    for (const { key } of written) fresh.add(key);
  }
  return acceptances.map((acceptance) => ({
    ...acceptance,
    messages: acceptance.messages.filter((message) => fresh.delete(repetitionKey(message))),
  }));
}

/** Adds the messages to their robots' counts; gives the counts before. */
async function countIn(
  { tx }: StoreTransaction,
  all: readonly { readonly message: NewMessage; readonly now: number }[],
): Promise<Map<string, number>> {
  const counts = new Map<string, { added: number; now: number }>();
  for (const { message, now } of all) {
    const robot = toColumn(message.robot);
    counts.set(robot, { added: (counts.get(robot)?.added ?? 0) + 1, now });
  }
  const before = new Map<string, number>();
  for (const part of chunks([...counts].sort(byKey), ROWS_OF_QUERY)) {
    const written = await tx
      .insertInto('relay_robots')
      .values(
        part.map(([robot, { added, now }]) => ({ robot, waiting: added, silent_until: 0, seen_at: now })),
      )
      .onConflict((conflict) =>
        conflict.column('robot').doUpdateSet(({ ref }) => ({
          waiting: sql<number>`relay_robots.waiting + excluded.waiting`,
          seen_at: ref('excluded.seen_at'),
        })),
      )
      .returning(['robot', 'waiting'])
      .execute();
    for (const { robot, waiting } of written) before.set(robot, waiting - (counts.get(robot)?.added ?? 0));
  }
  return before;
}

/** Spaces are in no robot's name. Another robot of the same group may get the repetition. */
function repetitionKey({ robot, dedupeKey }: NewMessage): string {
  return toKey(`${groupOf(robot)} ${dedupeKey}`);
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : Number(a > b);
}
