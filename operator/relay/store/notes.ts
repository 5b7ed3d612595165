import { chunks } from '../../lib/chunks.ts';
import { setOwn } from '../../lib/own.ts';
import type { NewMessage } from '../model.ts';
import { prepared } from './prepared.ts';
import { toKey } from './rows.ts';
import type { StoreTransaction } from './schema.ts';

/** An Application with more sends has its newest ones. */
const MAX_NOTES = 1_000;

const ROWS_OF_QUERY = 500;

/** What becomes of notes. */
export interface NoteChanges {
  /** Messages to be noted. */
  readonly messages: readonly Pick<NewMessage, 'application' | 'noteKey'>[];
  readonly now: number;
  /** The Application whose notes are forgotten first. */
  readonly application: string;
  readonly forget: readonly string[];
}

interface WrittenNote {
  readonly application: string;
  readonly key: string;
  readonly text: string;
  readonly at: number;
}

interface Note extends Omit<WrittenNote, 'at'> {
  /** Undefined: the note is forgotten. */
  readonly at: number | undefined;
}

/** Notes the new messages, and forgets what is to be forgotten, in the order of the acceptances. */
export async function writeNotes(
  transaction: StoreTransaction,
  acceptances: readonly NoteChanges[],
): Promise<void> {
  const notes = lastOf(acceptances);
  for (const part of chunks(
    notes.filter(({ at }) => at === undefined),
    ROWS_OF_QUERY,
  ))
    await transaction.tx
      .deleteFrom('relay_notes')
      .where(({ or, and }) => or(part.map(({ application, key }) => and({ application, key }))))
      .execute();
  const written = notes.flatMap((note) => (note.at === undefined ? [] : [{ ...note, at: note.at }]));
  await insertNotes(transaction, written);
}

const insertNotes = prepared<WrittenNote>(['application', 'key', 'text', 'at'], (tx, rows) =>
  tx
    .insertInto('relay_notes')
    .values([...rows])
    .onConflict((conflict) =>
      conflict.columns(['application', 'key']).doUpdateSet(({ ref }) => ({ at: ref('excluded.at') })),
    ),
);

/** What is to be so of each note at the end, sorted. */
function lastOf(acceptances: readonly NoteChanges[]): Note[] {
  const notes = new Map<string, Note>();
  const put = (uid: string, text: string, at: number | undefined): void => {
    const [application, key] = [toKey(uid), toKey(text)];
    notes.set(`${application}\0${key}`, { application, key, text: JSON.stringify(text), at });
  };
  for (const { messages, now, application, forget } of acceptances) {
    for (const key of forget) put(application, key, undefined);
    for (const { application: of, noteKey } of messages) if (noteKey !== undefined) put(of.uid, noteKey, now);
  }
  return [...notes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, note]) => note);
}

/** The notes of an Application: Unix times in seconds by note key. */
export async function readNotes(
  transaction: StoreTransaction,
  applicationUid: string,
): Promise<Readonly<Record<string, number>>> {
  const { rows } = await selectNotes(transaction, [{ application: toKey(applicationUid) }]);
  const notes: Record<string, number> = {};
  for (const { text, at } of rows) setOwn(notes, JSON.parse(text), Math.floor(at / 1_000));
  return notes;
}

const selectNotes = prepared<
  { readonly application: string },
  { readonly text: string; readonly at: number }
>(['application'], (tx, [{ application }]) =>
  tx
    .selectFrom('relay_notes')
    .select(['text', 'at'])
    .where('application', '=', application)
    .orderBy('at', 'desc')
    .limit(MAX_NOTES),
);
