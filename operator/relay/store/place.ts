import type { Log } from '../../lib/log.ts';
import { migrate, requireNewestSchema } from './migrations.ts';
import { openPostgres } from './postgres.ts';
import { repairSqlite } from './repair.ts';
import type { OpenDatabase } from './schema.ts';
import { openSqlite, type SqliteOptions } from './sqlite.ts';

/** Where a store is. */
export type StorePlace = { readonly sqlite: string } | { readonly postgres: { readonly urlFile: string } };

/**
 * Opens a database and takes it to the newest schema. A corrupt file is moved aside first.
 * @throws Error of the database's driver, or of the file system
 */
export async function openPlace(
  where: StorePlace,
  options: SqliteOptions & { readonly log: Log },
): Promise<OpenDatabase> {
  const { log } = options;
  const database =
    'sqlite' in where
      ? await openFile(where.sqlite, options)
      : await openPostgres(where.postgres.urlFile, log);
  try {
    await migrate(database, Date.now());
    return database;
  } catch (error) {
    await database.db.destroy();
    throw error;
  }
}

/**
 * Opens the store of a relay that may run. Nothing is made, repaired or migrated.
 * @throws StoreUnavailable if the relay is of another version
 */
export async function openExisting(where: StorePlace, log: Log): Promise<OpenDatabase> {
  const database =
    'sqlite' in where ? openSqlite(where.sqlite) : await openPostgres(where.postgres.urlFile, log);
  try {
    await requireNewestSchema(database);
    return database;
  } catch (error) {
    await database.db.destroy();
    throw error;
  }
}

async function openFile(path: string, options: SqliteOptions & { readonly log: Log }): Promise<OpenDatabase> {
  await repairSqlite(path, options.log);
  return openSqlite(path, options);
}
