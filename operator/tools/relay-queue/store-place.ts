import { closeSync, openSync, readSync } from 'node:fs';
import { redactError } from '../../lib/redact.ts';
import type { StorePlace } from '../../relay/store/place.ts';
import { UsageError } from '../process-io.ts';

/** How a SQLite file begins. */
const SQLITE = 'SQLite format 3\0';

const POSTGRES = /^\s*postgres(?:ql)?:\/\//;

/**
 * The store that a file is or names.
 * @param path of a SQLite file, or of a file whose text is the URL of a PostgreSQL database
 * @throws UsageError if it is neither
 */
export function storePlace(path: string): StorePlace {
  const beginning = beginningOf(path);
  if (beginning.startsWith(SQLITE)) return { sqlite: path };
  if (POSTGRES.test(beginning)) return { postgres: { urlFile: path } };
  throw new UsageError(
    `${path}: the file must be a SQLite database, or have the URL of a PostgreSQL database`,
  );
}

function beginningOf(path: string): string {
  try {
    const file = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(64);
      return bytes.toString('latin1', 0, readSync(file, bytes));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new UsageError(`${path}: the file cannot be read: ${redactError(error)}`, { cause: error });
  }
}
