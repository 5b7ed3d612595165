import { redactError } from '../../lib/redact.ts';

/** The store cannot be used now, or the database refused what it was asked. The message is plain and has no credential. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  /** Whether the database works, and refused this one query. */
  readonly isOfQuery: boolean;

  constructor(message: string, options: { readonly isOfQuery?: boolean; readonly cause?: Error } = {}) {
    super(message, options.cause && { cause: options.cause });
    this.isOfQuery = options.isOfQuery ?? false;
  }
}

/** What became of a connection with an error. */
export type Damage =
  /** The connection is good; the same may well succeed later. */
  | 'none'
  /** Two transactions were in each other's way: the same succeeds at once. */
  | 'conflict'
  /** The connection has to be made anew. */
  | 'connection';

interface Meaning {
  readonly says: string;
  readonly damage: Damage;
}

/** By SQLite's primary result codes: https://sqlite.org/rescode.html */
const SQLITE: ReadonlyMap<number, Meaning> = new Map([
  [5, { says: 'another process has locked the file', damage: 'none' }],
  [6, { says: 'another process has locked the file', damage: 'none' }],
  [8, { says: 'the file or its folder is read-only', damage: 'connection' }],
  [10, { says: 'the disk cannot be read or written', damage: 'connection' }],
  [11, { says: 'the file is corrupt', damage: 'connection' }],
  [13, { says: 'the disk is full', damage: 'none' }],
  [14, { says: 'the file cannot be opened', damage: 'connection' }],
  [26, { says: 'the file is not a SQLite database', damage: 'connection' }],
]);

/** By PostgreSQL's codes, or the beginning of them: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const POSTGRES: readonly (readonly [code: string, Meaning])[] = [
  ['40001', { says: 'another replica was in the way', damage: 'conflict' }],
  ['40P01', { says: 'another replica was in the way', damage: 'conflict' }],
  ['23505', { says: 'another replica was in the way', damage: 'conflict' }],
  ['53100', { says: "the database's disk is full", damage: 'none' }],
  ['53', { says: 'the database has no room for more connections or memory', damage: 'connection' }],
  ['25006', { says: 'the database is read-only', damage: 'connection' }],
  ['57014', { says: 'the database took too long', damage: 'none' }],
  ['55P03', { says: 'the database took too long', damage: 'none' }],
  ['57P', { says: 'the database shuts down or starts', damage: 'connection' }],
  ['08', { says: 'the connection to the database ended', damage: 'connection' }],
  ['28', { says: 'the database refuses the user or the password', damage: 'connection' }],
  ['3D000', { says: 'the database does not exist', damage: 'connection' }],
  ['42501', { says: "the database's user lacks a right", damage: 'connection' }],
];

/** By the system's codes, for what is done with a file without SQLite. The file is opened anew: see disk-sync.ts. */
const SYSTEM: ReadonlyMap<unknown, Meaning> = new Map([
  ['EIO', { says: 'the disk cannot be read or written', damage: 'connection' }],
  ['ENOSPC', { says: 'the disk is full', damage: 'connection' }],
]);

const AWAY: Meaning = { says: 'the database cannot be reached', damage: 'connection' };
const OTHER: Meaning = { says: 'the database refused a query', damage: 'none' };

/** What an error of a database's driver means. */
export function damageOf(error: unknown): Damage {
  return meaningOf(error).damage;
}

/** The error for the store's callers. One that is for them already stays as it is. */
export function toUnavailable(error: unknown): StoreUnavailable {
  if (error instanceof StoreUnavailable) return error;
  const meaning = meaningOf(error);
  const words = redactError(error);
  return new StoreUnavailable(`the relay's store cannot be used now: ${meaning.says}: ${words}`, {
    isOfQuery: meaning === OTHER,
    // Not the error itself: one about a URL has the URL.
    cause: new Error(words),
  });
}

function meaningOf(error: unknown): Meaning {
  const { code, errcode, syscall } = (error ?? {}) as {
    readonly code?: unknown;
    readonly errcode?: unknown;
    readonly syscall?: unknown;
  };
  // The lower byte is the primary code.
  if (typeof errcode === 'number') return SQLITE.get(errcode & 0xff) ?? OTHER;
  const ofSystem = SYSTEM.get(code);
  if (ofSystem) return ofSystem;
  if (code === 'ERR_INVALID_STATE' || syscall !== undefined) return AWAY;
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code))
    return POSTGRES.find(([beginning]) => code.startsWith(beginning))?.[1] ?? OTHER;
  if (isOfConnection(error)) return AWAY;
  return OTHER;
}

/** pg has no codes for these. */
function isOfConnection(error: unknown): boolean {
  return (
    error instanceof AggregateError ||
    (error instanceof Error &&
      /connection|connect|not queryable|has been destroyed|ended/i.test(error.message))
  );
}
