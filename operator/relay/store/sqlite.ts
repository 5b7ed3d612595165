import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  Kysely,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type SqliteStatement,
} from 'kysely';
import { DiskSync } from './disk-sync.ts';
import type { DirectQuery, OpenDatabase, RelaySchema } from './schema.ts';

/** Most queries have one of a few texts. */
const MAX_STATEMENTS = 200;

/** How long a query waits for another process, such as `relay-queue`. It keeps the whole process waiting. */
const BUSY_TIMEOUT_MS = 1_000;

/** How to open a file. */
export interface SqliteOptions {
  readonly busyTimeoutMs?: number;
  /** The file has so many pages at most (4 KB each). */
  readonly maxPages?: number;
}

/**
 * Opens a file, and makes it if it is missing. What was committed outlives a loss of power once the disk has it.
 * @throws Error of node:sqlite, or of the file system
 */
export function openSqlite(path: string, options: SqliteOptions = {}): OpenDatabase {
  const file = connectSqlite(path, options);
  const statements = new CachedStatements(file);
  const disk = diskOf(path, file);
  const dialect: Dialect = {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new ImmediateDriver(file, statements, disk),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
  const query: DirectQuery = (sql, values) => {
    const statement = statements.prepare(sql);
    return statement.reader
      ? { rows: statement.all(values), changed: 0 }
      : { rows: [], changed: Number(statement.run(values).changes) };
  };
  const local = { query, sync: async () => disk?.sync() };
  return { kind: 'sqlite', db: new Kysely<RelaySchema>({ dialect }), local };
}

/** Undefined on a file system where SQLite cannot have its log: then each commit waits for the disk by itself. */
function diskOf(path: string, file: DatabaseSync): DiskSync | undefined {
  if (file.prepare('PRAGMA journal_mode').get()?.journal_mode !== 'wal') return undefined;
  file.exec('PRAGMA synchronous = NORMAL');
  return new DiskSync(path, file);
}

/** The same without Kysely. The disk has what was committed. */
export function connectSqlite(
  path: string,
  { busyTimeoutMs = BUSY_TIMEOUT_MS, maxPages }: SqliteOptions = {},
): DatabaseSync {
  // Messages are nobody else's business. SQLite gives the files beside it the same mode.
  closeSync(openSync(path, 'a', 0o600));
  const file = new DatabaseSync(path, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true });
  try {
    // The first one counts for a new file only. The last ones are for the many pages that a storm changes again and again.
    file.exec(`PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
      PRAGMA journal_size_limit = 16777216; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -8000`);
    if (maxPages !== undefined) file.exec(`PRAGMA max_page_count = ${maxPages}`);
  } catch (error) {
    file.close();
    throw error;
  }
  return file;
}

/** A transaction locks the file when it begins. One that only read at first could not write when another one has written. */
class ImmediateDriver extends SqliteDriver {
  readonly #file: DatabaseSync;
  readonly #disk: DiskSync | undefined;

  constructor(file: DatabaseSync, database: SqliteDatabase, disk: DiskSync | undefined) {
    super({ database });
    this.#file = file;
    this.#disk = disk;
  }

  override async destroy(): Promise<void> {
    await super.destroy();
    await this.#disk?.[Symbol.asyncDispose]();
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.commitTransaction(connection);
    } catch (error) {
      await this.rollbackTransaction(connection);
      throw error;
    }
  }

  /** SQLite rolls back by itself after some errors. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#file.isOpen && this.#file.isTransaction) await super.rollbackTransaction(connection);
  }
}

/** node:sqlite in the form in which Kysely expects a database. */
class CachedStatements implements SqliteDatabase {
  readonly #file: DatabaseSync;
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(file: DatabaseSync) {
    this.#file = file;
  }

  prepare(sql: string): SqliteStatement {
    const cached = this.#statements.get(sql);
    if (cached) return cached;
    const statement = forKysely(this.#file.prepare(sql), sql);
    if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear();
    this.#statements.set(sql, statement);
    return statement;
  }

  close(): void {
    this.#statements.clear();
    if (this.#file.isOpen) this.#file.close();
  }
}

/** A pragma may do its work in many steps, and `run` takes the first one only. */
const PRAGMA = /^pragma /i;

function forKysely(statement: StatementSync, sql: string): SqliteStatement {
  const values = (parameters: readonly unknown[]): SQLInputValue[] => parameters as SQLInputValue[];
  return {
    reader: statement.columns().length > 0 || PRAGMA.test(sql),
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  };
}
