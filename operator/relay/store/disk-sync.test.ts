import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { StoreConnection } from './connection.ts';
import { openRelayStore } from './open.ts';
import { openPlace } from './place.ts';
import type { OpenDatabase, StoreTransaction } from './schema.ts';
import { aMessage, first, NOW } from './testing/messages.ts';
import { RecordedLog } from './testing/places.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'disk-sync-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const log = new RecordedLog();
const opened = (): Promise<OpenDatabase> => openPlace({ sqlite: join(folder, 'relay.db') }, { log });

const insert =
  (key: string) =>
  ({ tx }: StoreTransaction) =>
    tx.insertInto('relay_dedupe').values({ key, at: 0 }).execute();
const keysOf = async ({ tx }: StoreTransaction): Promise<string[]> =>
  (await tx.selectFrom('relay_dedupe').select('key').orderBy('key').execute()).map(({ key }) => key);

/** The disk, whose answers the test gives or replaces. */
async function watchedDisk() {
  const handle = await open(folder);
  const disk = vi.spyOn(Object.getPrototypeOf(handle), 'datasync');
  await handle.close();
  return disk;
}

/** What has been done when nothing can happen any more without the disk. */
async function settled(promises: readonly Promise<unknown>[]): Promise<number> {
  let count = 0;
  for (const each of promises)
    each.then(
      () => count++,
      () => count++,
    );
  // Longer than any rest between two transactions.
  const end = performance.now() + 100;
  while (performance.now() < end) await new Promise((resolve) => setImmediate(resolve));
  return count;
}

it('a transaction is done once the disk has it, and so is whatever has read of it', async () => {
  const disk = await watchedDisk();
  await using connection = new StoreConnection(opened, log);
  await connection.transaction(insert('a'));
  const answer = Promise.withResolvers<void>();
  disk.mockReturnValueOnce(answer.promise);
  const written = connection.transaction(insert('b'));
  const isCommitted = () => disk.mock.calls.length === 2;
  while (!isCommitted()) await new Promise((resolve) => setImmediate(resolve));
  const read = connection.read(keysOf);
  expect(await settled([written, read])).toBe(0);
  answer.resolve();
  await written;
  expect(await read).toEqual(['a', 'b']);
});

it('the disk is asked about what was written only, and once about each transaction', async () => {
  const disk = await watchedDisk();
  await using connection = new StoreConnection(opened, log);
  await Promise.all(['a', 'b', 'c'].map((key) => connection.transaction(insert(key))));
  expect(disk).toHaveBeenCalledTimes(1);
  expect(await connection.read(keysOf)).toEqual(['a', 'b', 'c']);
  await connection.transaction(keysOf);
  expect(disk).toHaveBeenCalledTimes(1);
});

it('messages join a transaction until it begins', async () => {
  const disk = await watchedDisk();
  await using store = await openRelayStore({ sqlite: join(folder, 'relay.db') }, { log });
  await store.accept([aMessage('a')], NOW);
  disk.mockClear();
  const answer = Promise.withResolvers<void>();
  disk.mockReturnValueOnce(answer.promise);
  const claimed = store.claim('team/ops', 'replica', NOW, first);
  while (disk.mock.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const early = store.accept([aMessage('b')], NOW);
  await new Promise((resolve) => setImmediate(resolve));
  const late = store.accept([aMessage('c')], NOW);
  answer.resolve();
  expect(await claimed).toMatchObject({ kind: 'message' });
  expect(await Promise.all([early, late])).toEqual([1, 1]);
  expect(disk).toHaveBeenCalledTimes(2);
});

it.each([
  ['EIO', 'the disk cannot be read or written'],
  ['ENOSPC', 'the disk is full'],
  ['EBADF', 'the database cannot be reached'],
])(
  'a disk that answers %s makes all of the transaction fail, and the file is opened anew',
  async (code, words) => {
    const disk = await watchedDisk();
    const opening = vi.fn(opened);
    await using connection = new StoreConnection(opening, log);
    await connection.transaction(insert('a'));
    // As relay-queue does: SQLite keeps its log while somebody else has the file open.
    await using other = new StoreConnection(opened, log);
    await other.read(keysOf);
    disk.mockRejectedValueOnce(Object.assign(new Error(`${code}: datasync`), { code, syscall: 'fdatasync' }));
    const results = await Promise.allSettled(['b', 'c'].map((key) => connection.transaction(insert(key))));
    expect(results).toMatchObject([
      { status: 'rejected', reason: { message: expect.stringContaining(words) } },
      { status: 'rejected', reason: { message: expect.stringContaining(words) } },
    ]);
    // What the log had is in the database.
    const copy = join(folder, 'copy.db');
    copyFileSync(join(folder, 'relay.db'), copy);
    await using copied = new StoreConnection(() => openPlace({ sqlite: copy }, { log }), log);
    expect(await copied.read(keysOf)).toEqual(['a', 'b', 'c']);
    await connection.transaction(insert('d'));
    expect(opening).toHaveBeenCalledTimes(2);
    expect(await connection.read(keysOf)).toEqual(['a', 'b', 'c', 'd']);
  },
);
