import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MIGRATIONS, migrate } from './migrations.ts';
import { openRelayStore } from './open.ts';
import type { StorePlace } from './place.ts';
import { openPostgres } from './postgres.ts';
import type { OpenDatabase } from './schema.ts';
import { openSqlite } from './sqlite.ts';
import { aMessage, first, NOW } from './testing/messages.ts';
import { DATABASES, type Places, RecordedLog } from './testing/places.ts';
import { ReplicaProcess } from './testing/replica-process.ts';

const log = new RecordedLog();
const opened = async (place: StorePlace): Promise<OpenDatabase> =>
  'sqlite' in place ? openSqlite(place.sqlite) : openPostgres(place.postgres.urlFile, log);

describe.each(DATABASES)('the schema in $name', ({ missing, start }) => {
  let places: Places;
  beforeAll(async () => {
    if (missing === undefined) places = await start();
  }, 60_000);
  afterAll(async () => places?.[Symbol.asyncDispose]());

  /** A test with two connections to an empty database. */
  const over = (
    name: string,
    test: (a: OpenDatabase, b: OpenDatabase, place: StorePlace) => Promise<void>,
  ): void =>
    it.skipIf(missing !== undefined)(name, async () => {
      const place = await places.create();
      const [a, b] = [await opened(place), await opened(place)];
      try {
        await test(a, b, place);
      } finally {
        await Promise.all([a.db.destroy(), b.db.destroy()]);
      }
    });

  const numbers = async ({ db }: OpenDatabase): Promise<number[]> =>
    (await db.selectFrom('relay_migrations').select('number').orderBy('number').execute()).map(
      (row) => row.number,
    );

  /** As a later version would have one. */
  const next: (typeof MIGRATIONS)[number] = async (db) => {
    await db.schema.alterTable('relay_robots').addColumn('colour', 'text').execute();
    await sql`update relay_robots set colour = 'red'`.execute(db);
  };

  over('is made once by two replicas that start at the same time', async (a, b, place) => {
    // In one process, SQLite would wait for itself.
    if (a.kind === 'postgres') await Promise.all([migrate(a, NOW), migrate(b, NOW)]);
    const replicas = ['a', 'b'].map((name) => new ReplicaProcess({ place, name, from: 0, to: 0 }));
    await Promise.all(replicas.map((replica) => replica.end()));
    expect(replicas.flatMap(({ lines }) => lines)).toEqual(['end', 'end']);
    expect(await numbers(a)).toEqual(MIGRATIONS.map((_, index) => index + 1));
  });

  over('of an older version goes on with its rows', async (a, b, place) => {
    await using store = await openRelayStore(place, { log });
    await store.accept([aMessage('a')], NOW);
    await migrate(a, NOW, [...MIGRATIONS, next]);
    await migrate(b, NOW, [...MIGRATIONS, next]);
    const { rows } = await sql`select robot, waiting, colour from relay_robots`.execute(a.db);
    expect(rows).toEqual([{ robot: 'team/ops', waiting: 1, colour: 'red' }]);
    expect(await store.claim('team/ops', 'replica', NOW, first)).toMatchObject({ kind: 'message' });
  });

  over('of a newer version is left alone', async (a, b) => {
    await migrate(a, NOW, [...MIGRATIONS, next]);
    await expect(migrate(b, NOW)).rejects.toThrow('run the newer version again');
  });

  over('is as before if a migration fails', async (a, b) => {
    await migrate(a, NOW);
    const failing: typeof next = async (db, kind) => {
      await next(db, kind);
      throw new Error('no');
    };
    await expect(migrate(a, NOW, [...MIGRATIONS, failing])).rejects.toThrow('no');
    await migrate(b, NOW, [...MIGRATIONS, next]);
    expect(await numbers(a)).toHaveLength(MIGRATIONS.length + 1);
  });
});
