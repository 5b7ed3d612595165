import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { recordingLog } from '../lib/testing/recording-log.ts';
import { type Connection, connect } from './connection.ts';
import { reflectorSource } from './list.ts';
import { announcedSource } from './metadata-source.ts';
import { Reflector } from './reflector.ts';
import type { ReflectorEvent, ReflectorOptions } from './reflector-options.ts';
import { answer, FakeApiServer, refuse } from './testing/fake-api-server.ts';
import { FakeCollection, type FakeObject } from './testing/fake-collection.ts';
import { type TestKubeconfig, testKubeconfig } from './testing/kubeconfig.ts';

const PATH = '/api/v1/configmaps';

let collection: FakeCollection;
let server: FakeApiServer;
let kubeconfig: TestKubeconfig;
let connection: Connection;
let reflector: Reflector<FakeObject>;
let heard: string[];
let waits: number[];
let log: ReturnType<typeof recordingLog>;

beforeEach(async () => {
  collection = new FakeCollection();
  server = await FakeApiServer.start(collection.handler);
  await connectAs({});
  heard = [];
  waits = [];
  log = recordingLog();
});

afterEach(async () => {
  await reflector.stop();
  await connection.close();
  await server.close();
  await kubeconfig.remove();
});

async function connectAs(user: object): Promise<void> {
  kubeconfig = await testKubeconfig({ server: server.url, 'insecure-skip-tls-verify': true }, user);
  let clock = 0;
  connection = connect({
    kubeconfig: kubeconfig.path,
    requestTimeoutMs: 2_000,
    clock: () => clock,
    sleep: async (ms) => {
      clock += ms;
    },
  });
}

function start(options: Partial<ReflectorOptions<FakeObject>> = {}): void {
  reflector = new Reflector<FakeObject>({
    ...reflectorSource<FakeObject>(connection, PATH),
    name: 'configmaps',
    onChange: (event) => heard.push(describeEvent(event)),
    backoff: { random: () => 0.5 },
    clock: () => performance.now(),
    log,
    // No test waits: each checks how long the reflector would have waited.
    sleep: async (ms) => {
      waits.push(ms);
      await setImmediate();
    },
    ...options,
  });
  reflector.start();
}

const describeEvent = (event: ReflectorEvent<FakeObject>): string =>
  event.type === 'synced' ? 'synced' : `${event.type} ${event.object.metadata.name}`;

const names = (): string[] => reflector.items().map((object) => object.metadata.name);
const soon = (assertion: () => void): Promise<void> => vi.waitFor(assertion, { timeout: 5_000, interval: 5 });
/** Without those of one object, which only ask for the version. */
const wholeLists = () => collection.lists.filter((query) => query.get('limit') !== '1');
const synced = (): Promise<void> => soon(() => expect(reflector.synced).toBe(true));
const watching = (): Promise<void> => soon(() => expect(collection.open.size).toBe(1));

describe('all is well', () => {
  it('lists page by page, then says that it is synced', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) collection.put(name);
    collection.pageSize = 2;
    start();
    await synced();
    expect(heard).toEqual(['added a', 'added b', 'added c', 'added d', 'added e', 'synced']);
    expect(collection.lists.map((query) => [query.get('limit'), query.get('continue')])).toEqual([
      ['500', null],
      ['500', '2'],
      ['500', '4'],
    ]);
  });

  it('follows additions, changes and deletions, from the version of the list', async () => {
    collection.put('a');
    start();
    await watching();
    collection.put('b');
    collection.put('a', { key: 'new' });
    collection.remove('b');
    await soon(() => expect(heard).toEqual(['added a', 'synced', 'added b', 'modified a', 'deleted b']));
    expect(reflector.get('ns', 'a')?.data).toEqual({ key: 'new' });
    expect(reflector.get('ns', 'b')).toBeUndefined();
    expect(collection.watches[0]?.get('resourceVersion')).toBe('1');
    expect(collection.watches[0]?.get('allowWatchBookmarks')).toBe('true');
    expect(collection.lists).toHaveLength(1);
  });

  it('gives listed and watched objects the same shape', async () => {
    collection.put('listed');
    start();
    await watching();
    collection.put('watched');
    await soon(() => expect(names()).toEqual(['listed', 'watched']));
    expect(reflector.items().map(({ apiVersion, kind }) => [apiVersion, kind])).toEqual([
      ['v1', 'ConfigMap'],
      ['v1', 'ConfigMap'],
    ]);
  });

  it('restricts list and watch to the field selector', async () => {
    start({ fieldSelector: 'metadata.name=a' });
    await watching();
    expect(collection.lists[0]?.get('fieldSelector')).toBe('metadata.name=a');
    expect(collection.watches[0]?.get('fieldSelector')).toBe('metadata.name=a');
  });

  it('keeps only what the transformation leaves', async () => {
    collection.put('a', { big: 'x' });
    start({ transform: ({ data: _, ...object }) => object });
    await watching();
    collection.put('b', { big: 'x' });
    await soon(() => expect(names()).toEqual(['a', 'b']));
    expect(reflector.items().some((object) => 'data' in object)).toBe(false);
  });

  it('takes the answer to a write of ours without calling it news', async () => {
    collection.put('a');
    start();
    await watching();
    const [before] = reflector.items();
    collection.silent = true;
    const written = collection.put('a', { ours: 'yes' });
    reflector.observe(written, before?.metadata.resourceVersion);
    expect(reflector.get('ns', 'a')?.data).toEqual({ ours: 'yes' });
    collection.silent = false;
    collection.send({ type: 'MODIFIED', object: written });
    collection.put('b');
    await soon(() => expect(heard).toEqual(['added a', 'synced', 'added b']));
  });
});

describe('a watch of metadata', () => {
  const begin = async () => {
    collection.put('a');
    start(announcedSource<FakeObject>(connection, PATH));
    await watching();
  };

  it('has the objects of others read, each version once', async () => {
    await begin();
    const changed = collection.put('a', { by: 'somebody' });
    await soon(() => expect(reflector.get('ns', 'a')?.data).toEqual({ by: 'somebody' }));
    collection.send({ type: 'MODIFIED', object: changed });
    collection.put('b');
    await soon(() => expect(names()).toEqual(['a', 'b']));
    expect(collection.reads).toEqual(['a', 'b']);
    collection.remove('a');
    await soon(() => expect(heard).toEqual(['added a', 'synced', 'modified a', 'added b', 'deleted a']));
  });

  it('reads nothing that the operator has written, even if the watch reports it first', async () => {
    await begin();
    const before = reflector.items()[0]?.metadata.resourceVersion;
    await reflector.during(async () => {
      const written = collection.put('a', { ours: 'yes' });
      // The event is on its way before this answer is.
      await connection.request({ method: 'GET', path: PATH });
      await connection.request({ method: 'GET', path: PATH });
      reflector.observe(written, before);
    });
    collection.put('b');
    await soon(() => expect(heard).toEqual(['added a', 'synced', 'added b']));
    expect(reflector.get('ns', 'a')?.data).toEqual({ ours: 'yes' });
    expect(collection.reads).toEqual(['b']);
  });

  it('reads what a write that failed may have made', async () => {
    await begin();
    const failed = reflector.during(async () => {
      collection.put('a', { ours: 'perhaps' });
      throw new Error('no answer');
    });
    await expect(failed).rejects.toThrow('no answer');
    await soon(() => expect(reflector.get('ns', 'a')?.data).toEqual({ ours: 'perhaps' }));
  });

  it('waits for the deletion of an object that is gone when it is read', async () => {
    await begin();
    collection.next('read', (_, response) => refuse(response, 404, 'NotFound'));
    collection.put('a', { by: 'somebody' });
    collection.remove('a');
    await soon(() => expect(heard).toEqual(['added a', 'synced', 'deleted a']));
    expect(reflector.counts.failures).toBe(0);
  });

  it('goes on after a read that fails', async () => {
    await begin();
    collection.next('read', (_, response) => refuse(response, 500, 'InternalError'));
    collection.put('a', { by: 'somebody' });
    await soon(() => expect(reflector.get('ns', 'a')?.data).toEqual({ by: 'somebody' }));
  });
});

describe('the kind does not exist', () => {
  const absent = (response: Parameters<typeof refuse>[0]) => refuse(response, 404, 'NotFound');

  it('is an empty collection where it may be so, and nothing to complain of', async () => {
    for (let times = 0; times < 9; times++) collection.next('list', (_, response) => absent(response));
    start({ mayBeMissing: true });
    await watching();
    collection.put('a');
    await soon(() => expect(heard).toEqual(['synced', 'added a']));
    expect(waits).toHaveLength(9);
    expect(Math.max(...waits)).toBe(5_000);
    expect(reflector.counts).toEqual({ lists: 1, failures: 0 });
    expect(log.lines.map(({ level }) => level)).toEqual(['info']);
  });

  it('gives a sign of life with each answer, so its cache does not grow old', async () => {
    collection.next('list', (_, response) => absent(response));
    collection.next('list', () => {});
    start({ mayBeMissing: true });
    await synced();
    expect(reflector.ageMs).toBeDefined();
  });

  it('any more takes all objects with it', async () => {
    start({ mayBeMissing: true });
    await watching();
    collection.put('a');
    await soon(() => expect(names()).toEqual(['a']));
    collection.next('watch', (_, response) => absent(response));
    collection.next('list', (_, response) => absent(response));
    collection.end();
    await soon(() => expect(heard).toEqual(['synced', 'added a', 'deleted a', 'added a']));
    expect(log.lines.map(({ level }) => level)).toEqual(['info']);
  });

  it('is a failure where it has to be there', async () => {
    collection.next('list', (_, response) => absent(response));
    start();
    await synced();
    expect(reflector.counts).toEqual({ lists: 1, failures: 1 });
  });
});

describe('watch goes silent', () => {
  it('is opened anew from the last event, at once', async () => {
    start({ idleTimeoutMs: 300 });
    await watching();
    collection.put('a');
    await soon(() => expect(names()).toEqual(['a']));
    collection.silent = true;
    collection.put('b');
    collection.silent = false;
    await soon(() => expect(names()).toEqual(['a', 'b']));
    expect(collection.watches[1]?.get('resourceVersion')).toBe('1');
    expect(waits).toEqual([]);
    expect(wholeLists()).toHaveLength(1);
  });

  it('again and again: its version is not trusted any more', async () => {
    // As an API server does with a version from before a restore of etcd.
    collection.silent = true;
    start({ idleTimeoutMs: 20 });
    await synced();
    collection.put('a');
    await soon(() => expect(names()).toEqual(['a']));
    expect(waits).toEqual([]);
  });

  it('does not happen while bookmarks come', async () => {
    start({ idleTimeoutMs: 500 });
    await watching();
    const until = Date.now() + 1_000;
    await vi.waitFor(
      () => {
        collection.bookmark();
        expect(Date.now()).toBeGreaterThan(until);
      },
      { timeout: 5_000, interval: 20 },
    );
    expect(collection.watches).toHaveLength(1);
  });
});

describe('watch ends', () => {
  it('in order: goes on from the last bookmark at once', async () => {
    collection.put('a');
    start();
    await watching();
    collection.bookmark();
    collection.end();
    await soon(() => expect(collection.watches).toHaveLength(2));
    expect(collection.watches[1]?.get('resourceVersion')).toBe('2');
    expect(waits).toEqual([]);
    expect(collection.lists).toHaveLength(1);
  });

  it('as soon as it is open: backs off instead of spinning', async () => {
    for (let i = 0; i < 2; i += 1)
      collection.next('watch', (_, response) => void response.writeHead(200).end());
    start();
    await watching();
    expect(waits).toEqual([375, 750]);
  });

  it('by a reset: backs off and goes on from the last event', async () => {
    start();
    await watching();
    collection.put('a');
    await soon(() => expect(names()).toEqual(['a']));
    collection.reset();
    await soon(() => expect(collection.watches).toHaveLength(2));
    expect(collection.watches[1]?.get('resourceVersion')).toBe('1');
    expect(waits).toEqual([375]);
    expect(wholeLists()).toHaveLength(1);
  });

  it('in the middle of a line: the event comes again', async () => {
    start();
    await watching();
    collection.silent = true;
    const object = collection.put('a');
    collection.silent = false;
    collection.send(JSON.stringify({ type: 'ADDED', object }).slice(0, 40));
    collection.end();
    await soon(() => expect(heard).toEqual(['synced', 'added a']));
  });

  it('after something that is not JSON: says so without quoting it', async () => {
    start();
    await watching();
    collection.send('{"data":{"token":"c2VjcmV0"\n');
    await soon(() => expect(collection.watches).toHaveLength(2));
    expect(JSON.stringify(log.lines.map(({ fields }) => String((fields as { err: Error }).err)))).toContain(
      'not JSON',
    );
    expect(JSON.stringify(log.lines)).not.toContain('c2VjcmV0');
  });
});

describe('410 gone, over HTTP and in the stream', () => {
  it('lists anew at once when a watch that worked cannot go on', async () => {
    collection.put('a');
    start();
    await watching();
    collection.bookmark();
    await soon(() => expect(reflector.ageMs).toBeDefined());
    collection.version += 5;
    collection.compact();
    collection.end();
    await soon(() => expect(collection.lists).toHaveLength(2));
    await watching();
    expect(waits).toEqual([]);
  });

  it('lists anew when the stream says so', async () => {
    start();
    await watching();
    collection.bookmark();
    collection.send({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
    await soon(() => expect(collection.lists).toHaveLength(2));
    await watching();
    expect(waits).toEqual([]);
  });

  it('backs off when the list that it has just made is too old already', async () => {
    for (let i = 0; i < 3; i += 1)
      collection.next('watch', (_, response) => refuse(response, 410, 'Expired'));
    start();
    await watching();
    expect(waits).toEqual([375, 750, 1500]);
    expect(collection.lists).toHaveLength(4);
  });

  it('lists all at once when a page token has expired', async () => {
    for (const name of ['a', 'b', 'c']) collection.put(name);
    collection.pageSize = 2;
    start();
    collection.next('list', collection.handler);
    collection.next('list', (_, response) => refuse(response, 410, 'Expired'));
    await synced();
    expect(names()).toEqual(['a', 'b', 'c']);
    expect(collection.lists.at(-1)?.has('limit')).toBe(false);
  });
});

describe('any other ERROR in the stream', () => {
  it('backs off and goes on', async () => {
    start();
    await watching();
    collection.send({ type: 'ERROR', object: { kind: 'Status', code: 500, reason: 'InternalError' } });
    await soon(() => expect(collection.watches).toHaveLength(2));
    collection.put('a');
    await soon(() => expect(names()).toEqual(['a']));
  });
});

describe('deleted while disconnected', () => {
  it('is found by the next list', async () => {
    for (const name of ['gone', 'stays', 'changes']) collection.put(name);
    start();
    await watching();
    heard = [];
    collection.silent = true;
    collection.remove('gone');
    collection.put('changes', { new: 'yes' });
    collection.put('new');
    collection.compact();
    collection.silent = false;
    collection.reset();
    await soon(() => expect(heard).toEqual(['deleted gone', 'modified changes', 'added new']));
    expect(names()).toEqual(['stays', 'changes', 'new']);
  });

  it('and made again: both are told', async () => {
    const first = collection.put('a');
    start();
    await watching();
    heard = [];
    collection.silent = true;
    collection.remove('a');
    collection.put('a');
    collection.compact();
    collection.silent = false;
    collection.reset();
    await soon(() => expect(heard).toEqual(['deleted a', 'added a']));
    expect(reflector.get('ns', 'a')?.metadata.uid).not.toBe(first.metadata.uid);
  });
});

describe('the watch has missed something', () => {
  it('is made good by the periodic list', async () => {
    collection.put('a');
    start({ relistAfterMs: 100, idleTimeoutMs: 50 });
    await watching();
    collection.silent = true;
    collection.remove('a');
    await soon(() => expect(heard).toEqual(['added a', 'synced', 'deleted a']));
    expect(waits).toEqual([]);
  });
});

describe('the age', () => {
  it('counts from the last sign of life: a list, the begin of a watch, an event, a bookmark', async () => {
    let clock = 5_000;
    start({ clock: () => clock });
    expect(reflector.ageMs).toBeUndefined();
    await watching();
    await soon(() => expect(reflector.ageMs).toBe(0));
    clock += 3_000;
    expect(reflector.ageMs).toBe(3_000);
    collection.bookmark();
    await soon(() => expect(reflector.ageMs).toBe(0));
    clock += 2_000;
    collection.put('a');
    await soon(() => expect(reflector.ageMs).toBe(0));
  });
});

describe('etcd is restored from a copy: versions go back', () => {
  /** As after a restore: the server knows older versions, accepts later ones, and is silent about them. */
  async function restored(): Promise<void> {
    for (const name of ['stays', 'changed', 'new']) collection.put(name);
    start();
    await watching();
    heard = [];
    collection.remove('new');
    collection.put('changed', { state: 'old' });
    collection.silent = true;
    await soon(() => expect(heard).toHaveLength(2));
    heard = [];
    collection.restore(2);
    collection.put('changed', { state: 'restored' });
    collection.silent = false;
  }

  it('is noticed when the watch has to be opened again, by the smallest of lists', async () => {
    await restored();
    collection.reset();
    await soon(() => expect(heard).toEqual(['modified changed']));
    expect(reflector.get('ns', 'changed')?.data).toEqual({ state: 'restored' });
    expect(collection.lists.map((query) => query.get('limit'))).toEqual(['500', '1', '500']);
    await watching();
    collection.put('later');
    await soon(() => expect(names()).toContain('later'));
  });

  it('is found by a list even if the versions have caught up, when the server was away', async () => {
    await restored();
    collection.version += 50;
    collection.next('list', (_, response) => void response.destroy());
    collection.reset();
    await soon(() => expect(heard).toEqual(['modified changed']));
    expect(waits).toEqual([375, 750]);
  });
});

describe('a right is taken away', () => {
  const RIGHT = 'cannot watch configmaps';
  const forbid = (of: 'list' | 'watch', times: number): void => {
    for (let i = 0; i < times; i += 1)
      collection.next(of, (_, response) => refuse(response, 403, 'Forbidden'));
  };
  /** After a sign of life, so that the end is no failure. */
  const endInOrder = (): void => {
    collection.bookmark();
    collection.end();
  };
  const messages = (level: string): string[] =>
    log.lines.filter((line) => line.level === level).map(({ message }) => message);

  it('keeps the last known objects, names the right once, and comes back by itself', async () => {
    collection.put('a');
    start();
    await watching();
    forbid('watch', 12);
    const seen = new Set<string | undefined>();
    collection.next('watch', (request, response) => {
      seen.add(reflector.missingRight);
      collection.handler(request, response);
    });
    endInOrder();
    await soon(() => expect(collection.watches).toHaveLength(15));
    await watching();
    await soon(() => expect(reflector.missingRight).toBeUndefined());
    expect([...seen]).toEqual([RIGHT]);
    expect(heard).toEqual(['added a', 'synced']);
    expect(Math.max(...waits)).toBeLessThanOrEqual(30_000);
    expect(messages('warn')).toEqual(['a right is missing; the last known objects stay']);
    expect(messages('info')).toEqual(['the missing right is there']);
  });

  it('is known before the first list', async () => {
    const held = Promise.withResolvers<void>();
    forbid('list', 2);
    start({
      sleep: async (ms) => {
        waits.push(ms);
        if (waits.length === 2) await held.promise;
      },
    });
    await soon(() => expect(waits).toHaveLength(2));
    expect([reflector.synced, reflector.missingRight]).toEqual([false, 'cannot list configmaps']);
    held.resolve();
    await watching();
    expect(reflector.missingRight).toBeUndefined();
    expect(messages('warn')).toHaveLength(1);
  });

  it('does not keep a refresh waiting: the last known objects are all that there is', async () => {
    collection.put('a');
    start();
    await watching();
    forbid('list', 1);
    await reflector.refresh();
    expect([names(), reflector.missingRight]).toEqual([['a'], 'cannot list configmaps']);
    await soon(() => expect(reflector.missingRight).toBeUndefined());
  });

  it('from the start, where the operator can do without: the collection is empty until then', async () => {
    collection.put('a');
    const held = Promise.withResolvers<void>();
    forbid('list', 1);
    start({ mayBeForbidden: true, sleep: () => held.promise });
    await synced();
    expect([names(), reflector.missingRight]).toEqual([[], 'cannot list configmaps']);
    held.resolve();
    await soon(() => expect(names()).toEqual(['a']));
    expect(heard).toEqual(['synced', 'added a']);
  });

  it('to watch, but not to list: one message, and lists bring what happens', async () => {
    start();
    await watching();
    forbid('watch', 9);
    endInOrder();
    await soon(() => expect(reflector.missingRight).toBe(RIGHT));
    collection.put('a');
    await soon(() => expect(names()).toEqual(['a']));
    await watching();
    expect(messages('warn')).toHaveLength(1);
  });
});

describe('refresh', () => {
  it('resolves with what the watch has not told, at once', async () => {
    start();
    await watching();
    collection.silent = true;
    collection.put('a');
    await reflector.refresh();
    expect(names()).toEqual(['a']);
    expect(collection.lists).toHaveLength(2);
    expect(waits).toEqual([]);
    expect(reflector.counts.failures).toBe(0);
    await soon(() => expect(collection.watches).toHaveLength(2));
    await watching();
  });

  it('does not take a list for an answer that began before', async () => {
    const first = Promise.withResolvers<void>();
    const second = Promise.withResolvers<void>();
    for (const { promise } of [first, second]) {
      collection.next('list', (_, response) => {
        void promise.then(() => answer(response, 200, { metadata: { resourceVersion: '0' }, items: [] }));
      });
    }
    start();
    await soon(() => expect(collection.lists).toHaveLength(1));
    let done = false;
    const refreshed = reflector.refresh().then(() => {
      done = true;
    });
    first.resolve();
    await soon(() => expect(collection.lists).toHaveLength(2));
    expect([reflector.synced, done]).toEqual([true, false]);
    second.resolve();
    await refreshed;
  });

  it('shares one list between all who ask', async () => {
    start();
    await watching();
    await Promise.all([reflector.refresh(), reflector.refresh(), reflector.refresh()]);
    expect(collection.lists).toHaveLength(2);
  });

  it('tries again after failures, for early and late callers', async () => {
    start();
    await watching();
    const failing = Promise.withResolvers<void>();
    collection.next('list', (_, response) => {
      void failing.promise.then(() => refuse(response, 500, 'Internal'));
    });
    const early = reflector.refresh();
    await soon(() => expect(collection.lists).toHaveLength(2));
    const late = reflector.refresh();
    failing.resolve();
    await Promise.all([early, late]);
    expect(collection.lists).toHaveLength(3);
    expect(reflector.counts.failures).toBe(1);
  });

  it('does not spin when it was asked for during a list that fails', async () => {
    const failing = Promise.withResolvers<void>();
    collection.next('list', (_, response) => {
      void failing.promise.then(() => refuse(response, 500, 'Internal'));
    });
    for (let i = 0; i < 3; i += 1)
      collection.next('list', (_, response) => refuse(response, 500, 'Internal'));
    start();
    await soon(() => expect(collection.lists).toHaveLength(1));
    const refreshed = reflector.refresh();
    failing.resolve();
    await refreshed;
    // One wait for each failure but the first, after which somebody was waiting for the next list.
    expect(waits).toHaveLength(4);
  });

  it('wakes a wait after failures', async () => {
    collection.next('list', (_, response) => refuse(response, 500, 'Internal'));
    start({
      sleep: (_, signal) =>
        new Promise((_resolve, reject) => {
          waits.push(0);
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    });
    await soon(() => expect(waits).toHaveLength(1));
    await reflector.refresh();
    expect(reflector.synced).toBe(true);
  });

  it('says that a kind which does not exist has no objects', async () => {
    start({ mayBeMissing: true });
    await watching();
    collection.put('a');
    await soon(() => expect(names()).toEqual(['a']));
    collection.next('list', (_, response) => refuse(response, 404, 'NotFound'));
    await reflector.refresh();
    expect(heard).toContain('deleted a');
  });

  it('is rejected once the reflector is stopped, before and after', async () => {
    collection.next('list', () => {});
    start();
    const before = reflector.refresh();
    await soon(() => expect(collection.lists).toHaveLength(1));
    const during = reflector.refresh();
    const outcomes = Promise.allSettled([before, during]);
    await reflector.stop();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(reflector.refresh()).rejects.toThrow('the cache configmaps was stopped');
  });
});

describe('429 with Retry-After', () => {
  it('waits as long as it is told, and then some', async () => {
    collection.next('watch', (_, response) => {
      answer(response, 429, { kind: 'Status', code: 429, reason: 'TooManyRequests' }, { 'retry-after': '7' });
    });
    start();
    await watching();
    expect(waits).toEqual([7_375]);
  });

  it('does so for lists, but not for ever', async () => {
    collection.next('list', (_, response) => answer(response, 429, {}, { 'retry-after': '86400' }));
    start();
    await synced();
    expect(waits).toEqual([300_375]);
  });
});

describe('5xx', () => {
  it('backs off longer and longer, and in the end distrusts its own version', async () => {
    start();
    await watching();
    for (let i = 0; i < 4; i += 1) {
      collection.next('watch', (_, response) => void response.writeHead(503).end('upstream is away'));
    }
    collection.reset();
    await soon(() => expect(collection.watches).toHaveLength(6));
    expect(waits).toEqual([375, 750, 1_500, 3_000, 6_000]);
    expect(collection.lists.length).toBeGreaterThan(1);
    await watching();
    collection.put('a');
    await soon(() => expect(names()).toEqual(['a']));
    collection.reset();
    await soon(() => expect(waits.at(-1)).toBe(375));
  });
});

describe('the list fails at the start', () => {
  it('is not synced until one succeeds', async () => {
    collection.put('a');
    const seen: boolean[] = [];
    for (let i = 0; i < 3; i += 1) {
      collection.next('list', (_, response) => {
        seen.push(reflector.synced);
        refuse(response, 403, 'Forbidden');
      });
    }
    start();
    await synced();
    expect(seen).toEqual([false, false, false]);
    expect(heard).toEqual(['added a', 'synced']);
    expect(reflector.counts).toEqual({ lists: 1, failures: 3 });
  });

  it('on its second page: nothing is told of the first', async () => {
    for (const name of ['a', 'b', 'c']) collection.put(name);
    collection.pageSize = 2;
    collection.next('list', collection.handler);
    collection.next('list', (_, response) => void response.destroy());
    start();
    await synced();
    expect(heard).toEqual(['added a', 'added b', 'added c', 'synced']);
    expect(waits).toEqual([375]);
  });

  it('with something that is not a list', async () => {
    collection.next('list', (_, response) => answer(response, 200, { kind: 'Pod' }));
    start();
    await synced();
    expect(waits).toEqual([375]);
  });
});

describe('authentication fails', () => {
  it('is tried again until it works, with no unhandled rejection', async () => {
    await kubeconfig.remove();
    await connectAs({ 'auth-provider': { name: 'tokenFile', config: { tokenFile: '/nowhere/token' } } });
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    start();
    await soon(() => expect(waits.length).toBeGreaterThan(3));
    const file = await kubeconfig.write('token', 'first\n');
    const user = connection.kubeConfig.getCurrentUser();
    user?.authProvider && Object.assign(user.authProvider.config, { tokenFile: file });
    await watching();
    expect(server.requests.at(-1)?.headers.authorization).toBe('Bearer first');
    expect(unhandled).not.toHaveBeenCalled();
    process.off('unhandledRejection', unhandled);
  });
});

describe('a listener fails', () => {
  it('is logged, and the next change comes', async () => {
    collection.put('a');
    start({
      onChange: (event) => {
        heard.push(describeEvent(event));
        throw new Error('broken listener');
      },
    });
    await watching();
    collection.put('b');
    await soon(() => expect(heard).toEqual(['added a', 'synced', 'added b']));
    expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(3);
    expect(collection.watches).toHaveLength(1);
  });
});

describe('stop ends everything', () => {
  it('while watching: closes the watch and says nothing more', async () => {
    start();
    await watching();
    await reflector.stop();
    await soon(() => expect(collection.open.size).toBe(0));
    collection.put('a');
    expect(heard).toEqual(['synced']);
    expect(collection.watches).toHaveLength(1);
    expect(log.lines).toEqual([]);
  });

  it('while a list hangs', async () => {
    collection.next('list', () => {});
    start();
    await soon(() => expect(collection.lists).toHaveLength(1));
    await reflector.stop();
    expect(heard).toEqual([]);
    expect(log.lines).toEqual([]);
  });

  it('while it waits to try again', async () => {
    await server.close();
    const { promise, resolve } = Promise.withResolvers<void>();
    start({
      sleep: (_, signal) =>
        new Promise((_resolve, reject) => {
          resolve();
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    });
    await promise;
    await reflector.stop();
  });

  it('before it was started', async () => {
    start();
    await reflector.stop();
    reflector = new Reflector({ ...reflectorSource<FakeObject>(connection, PATH), ...minimal() });
    await reflector.stop();
    expect(collection.watches).toHaveLength(0);
  });

  it('started twice, it lists once', async () => {
    start();
    reflector.start();
    await watching();
    expect(collection.lists).toHaveLength(1);
  });
});

const minimal = () => ({
  name: 'configmaps',
  onChange: () => {},
  backoff: { random: () => 0.5 },
  clock: () => performance.now(),
  log,
});
