import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { connectSqlite } from './sqlite.ts';

/** In the order of their importance. */
const TABLES = ['relay_messages', 'relay_robots', 'relay_requests', 'relay_dedupe', 'relay_notes'] as const;

/** SQLITE_ERROR, SQLITE_CORRUPT and SQLITE_NOTADB. */
const UNREADABLE = new Set([1, 11, 26]);

/**
 * Copies the rows of a corrupt file into a new one, as far as they can be read.
 * @returns how many rows were copied
 */
export function salvage(corrupt: string, target: string): number {
  const from = new DatabaseSync(corrupt, { readOnly: true });
  const to = connectSqlite(target);
  try {
    to.exec('BEGIN');
    const rows = TABLES.reduce((sum, table) => sum + copyTable(from, to, table), 0);
    makeConsistent(to);
    to.exec('COMMIT');
    return rows;
  } finally {
    from.close();
    to.close();
  }
}

/** Rows up to the first page that cannot be read, and from the other end down to the last such page. */
function copyTable(from: DatabaseSync, to: DatabaseSync, table: string): number {
  let copied = 0;
  for (const direction of ['asc', 'desc']) {
    try {
      // Without an index, which may be what is corrupt.
      const statement = from.prepare(`SELECT * FROM ${table} NOT INDEXED ORDER BY rowid ${direction}`);
      statement.setReturnArrays(true);
      const columns = statement.columns().map(({ name }) => name);
      const insert = to.prepare(
        `INSERT OR IGNORE INTO ${table} (${columns.join()}) VALUES (${columns.map(() => '?').join()})`,
      );
      for (const row of statement.iterate() as Iterable<unknown> as Iterable<SQLInputValue[]>)
        copied += Number(insert.run(...row).changes);
      return copied;
    } catch (error) {
      // The table ends here, or is missing, or has columns that no schema had. The caller tells how many rows there were.
      const { errcode } = error as { readonly errcode?: number };
      if (errcode === undefined || !UNREADABLE.has(errcode & 0xff)) throw error;
    }
  }
  return copied;
}

/** A message whose request was lost waits again, and each robot has its count. */
function makeConsistent(file: DatabaseSync): void {
  file.exec(`
    UPDATE relay_messages SET state = 'waiting', claim = NULL WHERE state = 'sending'
      AND claim NOT IN (SELECT id FROM relay_requests WHERE claimed_until IS NOT NULL);
    INSERT OR IGNORE INTO relay_robots (robot, waiting, silent_until, seen_at)
      SELECT robot, 0, 0, max(accepted_at) FROM relay_messages GROUP BY robot;
    UPDATE relay_robots SET waiting =
      (SELECT count(*) FROM relay_messages m WHERE m.robot = relay_robots.robot AND m.state = 'waiting');
  `);
}
