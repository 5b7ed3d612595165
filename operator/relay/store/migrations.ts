import { type Kysely, sql } from 'kysely';
import type { OpenDatabase, RelaySchema, StoreKind } from './schema.ts';
import { StoreUnavailable } from './unavailable.ts';

/** Takes the schema one number further. A released one never changes. */
type Migration = (db: Kysely<RelaySchema>, kind: StoreKind) => Promise<void>;

/** Any number that no other program takes for its lock in the same database. */
const LOCK = 6_170_254;

const first: Migration = async (db, kind) => {
  const { schema } = db;
  const id = kind === 'sqlite' ? 'integer' : 'bigserial';
  await schema
    .createTable('relay_messages')
    .addColumn('id', id, (column) =>
      kind === 'sqlite' ? column.primaryKey().autoIncrement() : column.primaryKey(),
    )
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('robot', 'text', (column) => column.notNull())
    .addColumn('subscription', 'text', (column) => column.notNull())
    .addColumn('application', 'text', (column) => column.notNull())
    .addColumn('details', 'text', (column) => column.notNull())
    .addColumn('body', 'text')
    .addColumn('bytes', 'integer', (column) => column.notNull())
    .addColumn('msg_uuid', 'text', (column) => column.notNull())
    .addColumn('request_uuid', 'text')
    .addColumn('claim', 'bigint')
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('not_before', 'bigint', (column) => column.notNull())
    .addColumn('accepted_at', 'bigint', (column) => column.notNull())
    .addColumn('finished_at', 'bigint')
    .addColumn('outcome', 'text')
    .execute();
  // The queue of a robot; when its messages came; what is too old, or too much; what has waited too long.
  for (const columns of [
    ['robot', 'state', 'id'],
    ['robot', 'accepted_at'],
    ['state', 'finished_at', 'bytes'],
    ['state', 'accepted_at'],
  ] as const)
    await schema
      .createIndex(`relay_messages_${columns.join('_')}`)
      .on('relay_messages')
      .columns([...columns])
      .execute();
  await schema
    .createTable('relay_requests')
    .addColumn('id', id, (column) =>
      kind === 'sqlite' ? column.primaryKey().autoIncrement() : column.primaryKey(),
    )
    .addColumn('robot', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('claimed_until', 'bigint')
    .execute();
  await schema.createIndex('relay_requests_robot_at').on('relay_requests').columns(['robot', 'at']).execute();
  await schema.createIndex('relay_requests_at').on('relay_requests').column('at').execute();
  await schema
    .createIndex('relay_requests_claimed_until')
    .on('relay_requests')
    .column('claimed_until')
    .execute();
  await schema
    .createTable('relay_robots')
    .addColumn('robot', 'text', (column) => column.primaryKey())
    .addColumn('waiting', 'integer', (column) => column.notNull())
    .addColumn('silent_until', 'bigint', (column) => column.notNull())
    .addColumn('seen_at', 'bigint', (column) => column.notNull())
    .addColumn('answered_at', 'bigint')
    .addColumn('answer', 'text')
    .execute();
  await schema
    .createTable('relay_notes')
    .addColumn('application', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('relay_notes_key', ['application', 'key'])
    .execute();
  await schema.createIndex('relay_notes_at').on('relay_notes').column('at').execute();
  await schema
    .createTable('relay_dedupe')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .execute();
  await schema.createIndex('relay_dedupe_at').on('relay_dedupe').column('at').execute();
};

/** In order; the number of the first is 1. */
export const MIGRATIONS: readonly Migration[] = [first];

/**
 * Takes a store to the newest schema in one transaction. A replica that starts at the same time waits for it.
 * @param migrations for tests
 * @throws StoreUnavailable if the schema is newer than this program
 */
export async function migrate(
  { db, kind }: OpenDatabase,
  now: number,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    // SQLite's transactions exclude each other from their beginning.
    if (kind === 'postgres') await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(tx);
    await tx.schema
      .createTable('relay_migrations')
      .ifNotExists()
      .addColumn('number', 'integer', (column) => column.primaryKey())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .execute();
    const done = await schemaOf(tx);
    if (done > migrations.length)
      throw new StoreUnavailable(
        `the store has schema ${done}, and this version knows schemas up to ${migrations.length}: run the newer version again`,
      );
    for (const [index, migration] of migrations.slice(done).entries()) {
      await migration(tx, kind);
      await tx
        .insertInto('relay_migrations')
        .values({ number: done + index + 1, at: now })
        .execute();
    }
  });
}

/** @throws StoreUnavailable if the store is of another version */
export async function requireNewestSchema({ db }: OpenDatabase): Promise<void> {
  const names = (await db.introspection.getTables()).map(({ name }) => name);
  if (!names.includes('relay_migrations'))
    throw new StoreUnavailable('the database has no tables of a relay: is it the right one?');
  const done = await schemaOf(db);
  if (done !== MIGRATIONS.length)
    throw new StoreUnavailable(
      `the store has schema ${done}, and this version knows schema ${MIGRATIONS.length}: use the version of the relay`,
    );
}

async function schemaOf(db: Kysely<RelaySchema>): Promise<number> {
  const { done } = await db
    .selectFrom('relay_migrations')
    .select(({ fn }) => fn.coalesce(fn.max('number'), sql<number>`0`).as('done'))
    .executeTakeFirstOrThrow();
  return done;
}
