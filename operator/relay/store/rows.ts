import { createHash } from 'node:crypto';
import type { NewMessage, StoredMessage } from '../model.ts';
import type { MessageRow } from './schema.ts';

/** Longer keys are hashed: PostgreSQL's indexes take 2.7 KB at most. */
const MAX_KEY = 300;

/** The room that a row takes beside its texts, about, indexes included. */
const ROW_BYTES = 400;

/** What no query looks for. */
type Details = Pick<NewMessage, 'dedupeKey' | 'application' | 'event' | 'at' | 'noteKey'>;

/** A text by which rows are found: the text itself, or its hash if it is long. The same texts give the same keys. */
export function toKey(text: string): string {
  return text.length <= MAX_KEY
    ? toColumn(text)
    : `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** PostgreSQL has no text with U+0000 or half of a character, which names and bodies never have. */
export function toColumn(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}

/** A message that is stored anew. */
export type NewRow = Omit<MessageRow, 'id'>;

/** All columns of {@link NewRow}. */
export const ROW_COLUMNS = [
  ...(['state', 'robot', 'subscription', 'application', 'details', 'body', 'bytes', 'msg_uuid'] as const),
  ...(['request_uuid', 'claim', 'attempts', 'not_before', 'accepted_at', 'finished_at', 'outcome'] as const),
] as const satisfies readonly (keyof NewRow)[];

/** A message that waits. */
export function toRow(message: NewMessage, now: number, msgUuid: string, withBody: boolean): NewRow {
  const { robot, subscription, body, dedupeKey, application, event, at, noteKey, heldUntil } = message;
  // JSON escapes whatever PostgreSQL has no text for.
  const details = JSON.stringify({
    ...{ dedupeKey, application, event, at },
    ...(noteKey !== undefined && { noteKey }),
  } satisfies Details);
  const kept = withBody ? toColumn(body) : null;
  return {
    state: 'waiting',
    robot: toColumn(robot),
    subscription: toColumn(subscription),
    application: toKey(application.uid),
    details,
    body: kept,
    bytes: ROW_BYTES + Buffer.byteLength(details) + Buffer.byteLength(kept ?? ''),
    msg_uuid: msgUuid,
    request_uuid: null,
    claim: null,
    attempts: 0,
    not_before: heldUntil ?? now,
    accepted_at: now,
    finished_at: null,
    outcome: null,
  };
}

/** The columns of a message for the sender, but for its body. */
export const MESSAGE_COLUMNS = [
  'id',
  'robot',
  'subscription',
  'details',
  'msg_uuid',
  'request_uuid',
  'attempts',
  'not_before',
  'accepted_at',
] as const satisfies readonly (keyof MessageRow)[];

/** Undoes `toRow`. Without a body, the message's is empty. */
export function toMessage(
  row: Pick<MessageRow, (typeof MESSAGE_COLUMNS)[number]> & { readonly body?: string | null },
): StoredMessage {
  return {
    ...(JSON.parse(row.details) as Details),
    id: row.id,
    robot: row.robot,
    subscription: row.subscription,
    body: row.body ?? '',
    msgUuid: row.msg_uuid,
    acceptedAt: row.accepted_at,
    attempts: row.attempts,
    notBefore: row.not_before,
  };
}
