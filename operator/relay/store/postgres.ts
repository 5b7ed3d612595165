import { readFile } from 'node:fs/promises';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Log } from '../../lib/log.ts';
import { redactError } from '../../lib/redact.ts';
import type { OpenDatabase, RelaySchema } from './schema.ts';

/** The type of `bigint` and of counts. */
const INT8 = 20;

/** A claim, an accept, a finish and a question at the same time. */
const MAX_CONNECTIONS = 4;

const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 10_000;
/** An answer that never comes, as of a machine that is gone. */
const QUERY_TIMEOUT_MS = 15_000;

/**
 * Connects to a database whenever a query needs it.
 * @param urlFile its text is the URL, which so is in no argument and no environment
 * @throws Error of the file system
 */
export async function openPostgres(urlFile: string, log: Log): Promise<OpenDatabase> {
  const pool = new pg.Pool({
    connectionString: (await readFile(urlFile, 'utf8')).trim(),
    application_name: 'argocd-dingtalk-relay',
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    idle_in_transaction_session_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    types: { getTypeParser: parserOf },
  });
  // The pool hears only of those that nobody uses. Between two queries of a transaction, nobody else would hear of the error: it would
  // end the process. The next query has it, too.
  pool.on('connect', (client) => client.on('error', () => undefined));
  // Of a connection that nobody uses. The pool has made away with it, and makes another one.
  pool.on('error', (error) => log.warn({ error: redactError(error) }, 'A connection to the store ended.'));
  return { kind: 'postgres', db: new Kysely<RelaySchema>({ dialect: new PostgresDialect({ pool }) }) };
}

/** All whole numbers of the schema are far below 2^53. */
const parserOf: typeof pg.types.getTypeParser = (type: number, format?: 'text' | 'binary') =>
  type === INT8 ? Number : pg.types.getTypeParser(type, format as 'text');
