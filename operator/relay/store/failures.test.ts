import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as turn } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RelayStore } from '../model.ts';
import { StoreConnection } from './connection.ts';
import { openRelayStore } from './open.ts';
import { openPlace, type StorePlace } from './place.ts';
import type { StoreTransaction } from './schema.ts';
import { aMessage, first, NOW, SENT } from './testing/messages.ts';
import { DATABASES, type Places, type PostgresPlaces, RecordedLog } from './testing/places.ts';
import { PASSWORD } from './testing/postgres-server.ts';
import { StoreUnavailable } from './unavailable.ts';

const ROBOT = 'team/ops';

/** Each method rejects, with these words and without the password; or each that writes. */
async function expectUnavailable(
  store: RelayStore,
  words: RegExp,
  { canBeRead = false } = {},
): Promise<void> {
  const claim = { id: 1, robot: ROBOT, kind: 'message', msgUuid: 'u', messages: [], left: 0 } as const;
  const reads = [() => store.notesOf('uid'), () => store.waitingRobots(NOW), () => store.queue()];
  if (canBeRead) for (const read of reads) await read();
  const uses = [
    ...(canBeRead ? [] : reads),
    () => store.accept([aMessage('z')], NOW),
    () => store.claim(ROBOT, 'replica', NOW, first),
    () => store.finish(claim, SENT, NOW),
    () => store.lastAnswers(),
    () => store.sweep(NOW, 1_000),
  ];
  for (const use of uses) {
    const error = await use().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(`${error}`).toMatch(words);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(PASSWORD);
  }
}

/** The store has these messages, and works. */
async function expectWorks(store: RelayStore, ...keys: readonly string[]): Promise<void> {
  const seen: string[] = [];
  await store.claim(ROBOT, 'looker', NOW, ({ waiting }) => {
    seen.push(...waiting.map(({ dedupeKey }) => dedupeKey));
    return { kind: 'wait', until: 0 };
  });
  expect(seen).toEqual(keys);
  expect(await store.accept([aMessage(`after ${keys.length}`)], NOW)).toBe(1);
}

describe('the store over SQLite', () => {
  let places: Places;
  beforeAll(async () => {
    places = (await DATABASES[0]?.start()) as Places;
  });
  afterAll(() => places[Symbol.asyncDispose]());

  const inFile = (name: string, test: (path: string, log: RecordedLog) => Promise<void>): void =>
    it(name, async () => {
      const { sqlite } = (await places.create()) as Extract<StorePlace, { sqlite: string }>;
      await test(sqlite, new RecordedLog());
    });
  const open = (sqlite: string, log: RecordedLog): Promise<RelayStore> =>
    openRelayStore({ sqlite }, { log, busyTimeoutMs: 10 });

  inFile('works again when another process gives the file free', async (path, log) => {
    await using store = await open(path, log);
    await store.accept([aMessage('a')], NOW);
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    await expectUnavailable(store, /another process has locked the file/, { canBeRead: true });
    other.exec('ROLLBACK');
    other.close();
    await expectWorks(store, 'a');
  });

  inFile('works again when the disk has room again', async (path, log) => {
    await using store = await open(path, log);
    await store.accept([aMessage('a')], NOW);
    const body = JSON.stringify({ text: 'x'.repeat(100_000) });
    // SQLite counts pages as a full disk counts blocks.
    await using full = await openRelayStore({ sqlite: path }, { log, maxPages: 40 });
    await expect(full.accept([aMessage('b', { body }), aMessage('c', { body })], NOW)).rejects.toThrow(
      /the disk is full/,
    );
    expect(await full.accept([aMessage('d')], NOW)).toBe(1);
    await expectWorks(store, 'a', 'd');
  });

  inFile('works again when its folder is back', async (path, log) => {
    const folder = `${path}.folder`;
    await using store = await open(join(folder, 'relay.db'), log);
    expect(log.lines).toMatchObject([{ level: 'error', message: expect.stringContaining('no store yet') }]);
    await expectUnavailable(store, /ENOENT/);
    mkdirSync(folder);
    await expectWorks(store);
  });

  inFile('gives its files to nobody else', async (path, log) => {
    await using store = await open(path, log);
    await store.accept([aMessage('a')], NOW);
    for (const suffix of ['', '-wal', '-shm']) expect(statSync(`${path}${suffix}`).mode & 0o777).toBe(0o600);
  });

  const asides = (path: string): string[] =>
    readdirSync(dirname(path)).filter(
      (name) => name.startsWith(`${basename(path)}.corrupt-`) && !/-(wal|shm)$/.test(name),
    );

  inFile('begins anew beside a file that is not a database', async (path, log) => {
    writeFileSync(path, 'this is no database'.repeat(1_000));
    await using store = await open(path, log);
    await expectWorks(store);
    expect(log.lines).toMatchObject([{ level: 'error', fields: { rows: 0 } }]);
    expect(asides(path)).toHaveLength(1);
    expect(readFileSync(join(dirname(path), asides(path)[0] ?? ''), 'utf8')).toMatch(/^this is no database/);
  });

  inFile('keeps every row of a corrupt file that can be read', async (path, log) => {
    const body = JSON.stringify({ text: 'x'.repeat(3_000) });
    {
      await using store = await open(path, log);
      for (let index = 0; index < 100; index++) await store.accept([aMessage(`${index}`, { body })], NOW);
    }
    const bytes = readFileSync(path);
    const middle = Math.floor(bytes.length / 4096 / 2) * 4096;
    bytes.fill(0xff, middle, middle + 2 * 4096);
    writeFileSync(path, bytes);
    await using store = await open(path, log);
    const counts: number[] = [];
    await store.claim(ROBOT, 'looker', NOW, ({ waiting, count }) => {
      counts.push(waiting.length, count);
      return { kind: 'wait', until: 0 };
    });
    const [found = 0, counted] = counts;
    expect(found).toBeGreaterThan(90);
    expect(found).toBeLessThan(100);
    expect(counted).toBe(found);
    expect(log.lines).toMatchObject([{ level: 'error', message: expect.stringContaining('was corrupt') }]);
    expect(asides(path)).toHaveLength(1);
  });

  inFile('keeps a good file as it is, also one that was not closed', async (path, log) => {
    await using crashed = await open(path, log);
    await crashed.accept([aMessage('a')], NOW);
    await using store = await open(path, log);
    await expectWorks(store, 'a');
    expect(log.lines).toEqual([]);
    expect(asides(path)).toEqual([]);
  });
});

const [, postgres] = DATABASES;

describe.skipIf(postgres?.missing !== undefined)(`the store over ${postgres?.name}`, () => {
  let places: PostgresPlaces;
  beforeAll(async () => {
    places = (await postgres?.start()) as PostgresPlaces;
  }, 60_000);
  afterAll(() => places?.[Symbol.asyncDispose]());

  it('works again when the database is back', async () => {
    const log = new RecordedLog();
    const place = await places.create();
    await using store = await openRelayStore(place, { log });
    await store.accept([aMessage('a')], NOW);
    await places.server.kill();
    await expectUnavailable(store, /ECONNREFUSED|ended|terminat/);
    await using late = await openRelayStore(place, { log });
    await expectUnavailable(late, /ECONNREFUSED/);
    await places.server.resume();
    await expectWorks(store, 'a');
    await expectWorks(late, 'a', 'after 1');
    expect(JSON.stringify(log.lines)).not.toContain(PASSWORD);
  });

  it('outlives a database that ends between two queries of a transaction', async () => {
    const log = new RecordedLog();
    const place = await places.create();
    await using connection = new StoreConnection(() => openPlace(place, { log }), log);
    const question = ({ tx }: StoreTransaction) => tx.selectFrom('relay_robots').selectAll().execute();
    const work = connection.transaction(async (transaction) => {
      await question(transaction);
      await places.server.kill();
      await turn();
      return question(transaction);
    });
    await expect(work).rejects.toThrow(StoreUnavailable);
    await places.server.resume();
    expect(await connection.transaction(question)).toEqual([]);
  });

  it('does not wait for a robot that another replica has', async () => {
    const log = new RecordedLog();
    const place = await places.create();
    await using store = await openRelayStore(place, { log });
    await store.accept([aMessage('a')], NOW);
    await using other = new StoreConnection(() => openPlace(place, { log }), log);
    await other.transaction(async ({ tx }) => {
      await tx.selectFrom('relay_robots').selectAll().forUpdate().execute();
      expect(await store.claim(ROBOT, 'replica', NOW, first)).toEqual({ wait: NOW + 250 });
    });
    expect(await store.claim(ROBOT, 'replica', NOW, first)).toMatchObject({ kind: 'message' });
  });

  it('takes a new password from its file', async () => {
    const place = (await places.create()) as Extract<StorePlace, { postgres: object }>;
    const { urlFile } = place.postgres;
    const url = readFileSync(urlFile, 'utf8');
    writeFileSync(urlFile, url.replace(PASSWORD, 'wrong'));
    await using store = await openRelayStore(place, { log: new RecordedLog() });
    await expectUnavailable(store, /refuses the user or the password/);
    writeFileSync(urlFile, url);
    await expectWorks(store);
  });

  it.each([
    ['nonsense', /database/],
    [`postgresql://relay:${PASSWORD}@127.0.0.1:99999999/relay`, /store cannot be used/],
    [`postgresql://relay:${PASSWORD}@[::1/relay`, /store cannot be used/],
    [`postgresql://relay:${PASSWORD}@256.0.0.1:5432/relay`, /ENOTFOUND|EAI_AGAIN/],
  ])('tells nothing of a wrong URL', async (url, words) => {
    const place = (await places.create()) as Extract<StorePlace, { postgres: object }>;
    writeFileSync(place.postgres.urlFile, url);
    const log = new RecordedLog();
    await using store = await openRelayStore(place, { log });
    await expectUnavailable(store, words);
    expect(JSON.stringify(log.lines)).not.toContain(PASSWORD);
  });

  it('cannot write while the database is read-only', async () => {
    const place = await places.create();
    await using store = await openRelayStore(place, { log: new RecordedLog() });
    await store.accept([aMessage('a')], NOW);
    await places.server.query('alter database postgres set default_transaction_read_only = on');
    await places.server.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name like '%relay'",
    );
    await expect(store.accept([aMessage('b')], NOW)).rejects.toThrow(StoreUnavailable);
    await expect(store.accept([aMessage('b')], NOW)).rejects.toThrow(/read-only/);
    await places.server.query(
      'begin read write; alter database postgres reset default_transaction_read_only; commit',
    );
    await expect(
      store.accept([aMessage('b')], NOW).catch(() => store.accept([aMessage('b')], NOW)),
    ).resolves.toBe(1);
  });
});
