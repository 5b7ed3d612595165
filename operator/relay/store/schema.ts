/**
 * The tables of the relay's store, the same in SQLite and PostgreSQL; migrations.ts makes them. Times are milliseconds since 1970.
 * Nothing of an Application, of a webhook or of a signature is in them.
 */

import type { Generated, Kysely, Selectable, Transaction } from 'kysely';

/** `waiting` → `sending` → `waiting` again, or one of the others, which are final. */
export type MessageState = 'waiting' | 'sending' | 'sent' | 'dead' | 'expired';

/** A message for one robot. */
interface MessagesTable {
  readonly id: Generated<number>;
  readonly state: MessageState;
  readonly robot: string;
  readonly subscription: string;
  /** The Application's uid, see `toKey`. */
  readonly application: string;
  /** What no query looks for, as JSON: see rows.ts. */
  readonly details: string;
  /** Null where the robot had too many: such a message only counts into a digest. */
  readonly body: string | null;
  /** The room of the row, about. */
  readonly bytes: number;
  readonly msg_uuid: string;
  /** The last request that had it, which another attempt repeats: `msg_uuid`, or the digest's own. */
  readonly request_uuid: string | null;
  /** The request that has it now. */
  readonly claim: number | null;
  readonly attempts: number;
  readonly not_before: number;
  readonly accepted_at: number;
  readonly finished_at: number | null;
  /** DingTalk's last answer, as JSON. */
  readonly outcome: string | null;
}

/** A request to DingTalk. */
interface RequestsTable {
  readonly id: Generated<number>;
  readonly robot: string;
  readonly at: number;
  readonly owner: string;
  /** Until when its owner has it; null when it has ended. */
  readonly claimed_until: number | null;
}

/** A robot. A claim locks its row. */
interface RobotsTable {
  readonly robot: string;
  /** How many of its messages wait. */
  readonly waiting: number;
  readonly silent_until: number;
  /** When it got its last message. */
  readonly seen_at: number;
  readonly answered_at: number | null;
  /** DingTalk's last answer, as JSON. */
  readonly answer: string | null;
}

/** A send that a trigger may look for. */
interface NotesTable {
  /** The Application's uid, see `toKey`. */
  readonly application: string;
  /** See `toKey`. */
  readonly key: string;
  /** The key itself, as JSON. */
  readonly text: string;
  readonly at: number;
}

interface DedupeTable {
  /** See `toKey`. */
  readonly key: string;
  readonly at: number;
}

interface MigrationsTable {
  readonly number: number;
  readonly at: number;
}

/** All tables. A database may be shared with other programs, so each name says whose the table is. */
export interface RelaySchema {
  readonly relay_messages: MessagesTable;
  readonly relay_requests: RequestsTable;
  readonly relay_robots: RobotsTable;
  readonly relay_notes: NotesTable;
  readonly relay_dedupe: DedupeTable;
  readonly relay_migrations: MigrationsTable;
}

export type MessageRow = Selectable<MessagesTable>;

/** Which database it is; they differ in how a robot's row is locked. */
export type StoreKind = 'sqlite' | 'postgres';

/** Runs a query at once, in the transaction that is under way. */
export type DirectQuery = (
  sql: string,
  values: readonly unknown[],
) => { readonly rows: readonly unknown[]; readonly changed: number };

/** What SQLite offers since it is in this process. */
export interface LocalFile {
  readonly query: DirectQuery;
  /** Resolves when the disk has all that was committed before the call. */
  readonly sync: () => Promise<void>;
}

/** A store that is open. */
export interface OpenDatabase {
  readonly kind: StoreKind;
  readonly db: Kysely<RelaySchema>;
  /** SQLite only: a commit is not on the disk before {@link LocalFile.sync}. */
  readonly local?: LocalFile;
}

/** A transaction in a store. */
export interface StoreTransaction {
  readonly kind: StoreKind;
  readonly tx: Transaction<RelaySchema>;
  /** The short way around Kysely, where there is one. */
  readonly query?: DirectQuery | undefined;
}
