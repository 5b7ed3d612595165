import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreConnection } from './connection.ts';
import { openPlace } from './place.ts';
import type { StoreTransaction } from './schema.ts';
import { DATABASES, type Places, RecordedLog } from './testing/places.ts';
import { WorkFault } from './transactions.ts';
import { StoreUnavailable } from './unavailable.ts';

describe.each(DATABASES)('transactions over $name that are asked for at once', ({ missing, start }) => {
  let places: Places;
  beforeAll(async () => {
    if (missing === undefined) places = await start();
  }, 60_000);
  afterAll(async () => places?.[Symbol.asyncDispose]());

  const over = (name: string, test: (connection: StoreConnection) => Promise<void>): void =>
    it.skipIf(missing !== undefined)(name, async () => {
      const log = new RecordedLog();
      const place = await places.create();
      await using connection = new StoreConnection(() => openPlace(place, { log, maxPages: 100 }), log);
      await connection.transaction(async () => undefined);
      await test(connection);
    });
  const insert =
    (key: string, at = 0) =>
    async ({ tx }: StoreTransaction): Promise<string> => {
      await tx.insertInto('relay_dedupe').values({ key, at }).execute();
      return key;
    };
  const keys = (connection: StoreConnection): Promise<string[]> =>
    connection.transaction(async ({ tx }) =>
      (await tx.selectFrom('relay_dedupe').select('key').orderBy('key').execute()).map(({ key }) => key),
    );
  const outcomes = async (all: readonly Promise<unknown>[]): Promise<unknown[]> =>
    (await Promise.allSettled(all)).map((each) => (each.status === 'fulfilled' ? each.value : each.reason));

  over('succeed and fail each by itself', async (connection) => {
    const mistake = new RangeError('of the caller');
    const results = await outcomes([
      connection.transaction(insert('a')),
      connection.transaction(async (transaction) => {
        await insert('b')(transaction);
        throw new WorkFault('a fault', { cause: mistake });
      }),
      connection.transaction(async (transaction) => {
        await insert('c')(transaction);
        await insert('c')(transaction);
      }),
      connection.transaction(async (transaction) => {
        await insert('d')(transaction);
        await insert('e', null as unknown as number)(transaction);
      }),
      connection.transaction(insert('f')),
    ]);
    expect(results).toEqual(['a', mistake, expect.any(StoreUnavailable), expect.any(StoreUnavailable), 'f']);
    expect(await keys(connection)).toEqual(['a', 'f']);
  });

  over('are done when one of them tells so', async (connection) => {
    const all = Array.from({ length: 150 }, async (_, index) => {
      const key = await connection.transaction(insert(`${index}`));
      expect(await keys(connection)).toContain(key);
    });
    await Promise.all(all);
  });
});

it('transactions of a full disk leave nothing behind', async () => {
  const [sqlite] = DATABASES;
  await using places = (await sqlite?.start()) as Places;
  const log = new RecordedLog();
  const place = await places.create();
  await using connection = new StoreConnection(() => openPlace(place, { log, maxPages: 60 }), log);
  const insert = (key: string) => (): Promise<unknown> =>
    connection.transaction(({ tx }) => tx.insertInto('relay_dedupe').values({ key, at: 0 }).execute());
  const results = await Promise.allSettled([insert('a')(), insert('x'.repeat(500_000))()]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await insert('b')();
  const rows = await connection.transaction(({ tx }) =>
    tx.selectFrom('relay_dedupe').select('key').execute(),
  );
  expect(rows).toEqual([{ key: 'b' }]);
});
