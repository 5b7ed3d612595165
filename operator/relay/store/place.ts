import type { Log } from '../../lib/log.ts';
import { migrate } from './migrations.ts';
import { openPostgres } from './postgres.ts';
import { repairSqlite } from './repair.ts';
import type { OpenDatabase } from './schema.ts';
import { openSqlite } from './sqlite.ts';

/** Where a store is. */
export type StorePlace = { readonly sqlite: string } | { readonly postgres: { readonly urlFile: string } };

/**
 * Opens a database and takes it to the newest schema. A corrupt file is moved aside first.
 * @throws Error of the database's driver, or of the file system
 */
export async function openPlace(where: StorePlace, log: Log): Promise<OpenDatabase> {
  const database =
    'sqlite' in where ? await openFile(where.sqlite, log) : await openPostgres(where.postgres.urlFile, log);
  try {
    await migrate(database, Date.now());
    return database;
  } catch (error) {
    await database.db.destroy();
    throw error;
  }
}

async function openFile(path: string, log: Log): Promise<OpenDatabase> {
  await repairSqlite(path, log);
  return openSqlite(path);
}
