import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Log } from '../../lib/log.ts';
import { redactError } from '../../lib/redact.ts';
import { migrate } from './migrations.ts';
import { salvage } from './salvage.ts';
import { openSqlite } from './sqlite.ts';

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const CORRUPT = new Set([11, 26]);

/** A database in WAL mode has its newest pages in another file. */
const FILES = ['', '-wal', '-shm'] as const;

/**
 * Checks a file, and replaces a corrupt one by a new one with all rows that can still be read. The corrupt one stays beside it.
 * @throws Error of node:sqlite for a file that cannot be read now, such as a locked one
 */
export async function repairSqlite(path: string, log: Log): Promise<void> {
  const repaired = `${path}.repaired`;
  // The process ended between the two renames.
  if (!existsSync(path) && existsSync(repaired)) replace(path, repaired);
  if (!existsSync(path) || statSync(path).size === 0) return;
  const corruption = corruptionOf(path);
  if (corruption === undefined) return;
  for (const suffix of FILES) rmSync(`${repaired}${suffix}`, { force: true });
  const database = openSqlite(repaired);
  try {
    await migrate(database, Date.now());
  } finally {
    await database.db.destroy();
  }
  const rows = salvage(path, repaired);
  const aside = replace(path, repaired);
  log.error(
    { path, aside, rows, corruption },
    'The relay store was corrupt. It was moved aside, and a new one has the rows that could be read.',
  );
}

/** What is wrong with a file; undefined if nothing is. */
function corruptionOf(path: string): string | undefined {
  const file = new DatabaseSync(path, { timeout: 5_000 });
  try {
    // Indexes included: a message that an index does not have would never be sent.
    const [row] = file.prepare('PRAGMA integrity_check(1)').all();
    return row?.integrity_check === 'ok' ? undefined : `${row?.integrity_check}`;
  } catch (error) {
    const { errcode } = error as { readonly errcode?: number };
    if (errcode === undefined || !CORRUPT.has(errcode & 0xff)) throw error;
    return redactError(error);
  } finally {
    file.close();
  }
}

/** Moves the corrupt file aside, and the new one into its place. */
function replace(path: string, repaired: string): string {
  const aside = `${path}.corrupt-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  // With the old pages beside it, SQLite would take them for pages of the new file.
  for (const suffix of FILES)
    if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${aside}${suffix}`);
  renameSync(repaired, path);
  return aside;
}
