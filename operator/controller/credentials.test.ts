import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DingTalkRobot } from '../api/kinds.ts';
import { RECONCILE_AT } from '../api/names.ts';
import type { CredentialSecret } from '../core/model/snapshot.ts';
import { found, NAMESPACE, NOW, robot, SECRET, TOKEN } from '../core/testing/fixtures.ts';
import { CredentialCache } from './credentials.ts';

const MINUTE = 60_000;
const KEY = `${NAMESPACE}/payments-dingtalk`;
const FOUND = found({ webhook: TOKEN, secret: SECRET });

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** A cache whose reads end when the test says so. */
function setUp() {
  const clock = { wall: NOW.getTime(), monotonic: 1_000, changes: 0, readings: 0 };
  const start = performance.now();
  /** Each timer sees the time at which it fires. */
  const passed = () => performance.now() - start;
  const reads: {
    key: string;
    keys: readonly string[];
    end: (secret: CredentialSecret, resourceVersion?: string) => void;
  }[] = [];
  const looks: string[][] = [];
  const cache = new CredentialCache({
    read: (namespace, name, keys) =>
      new Promise((resolve) => {
        const end = (secret: CredentialSecret, resourceVersion?: string) =>
          resolve({ secret, resourceVersion });
        reads.push({ key: `${namespace}/${name}`, keys: [...keys], end });
      }),
    intervalMs: 5 * MINUTE,
    clocks: {
      wall: () => {
        clock.readings++;
        return clock.wall + passed();
      },
      monotonic: () => clock.monotonic + passed(),
    },
    onChange: () => clock.changes++,
    onLook: (namespaces) => looks.push([...namespaces]),
  });
  const pass = async (ms: number) => {
    vi.advanceTimersByTime(ms);
    await settle();
  };
  /** Ends the reads that are under way. */
  const answer = async (secret: CredentialSecret = FOUND, resourceVersion?: string) => {
    for (const { end } of reads.splice(0)) end(secret, resourceVersion);
    await settle();
  };
  return { clock, reads, looks, cache, pass, answer };
}

const settle = async () => {
  for (let i = 0; i < 5; i++) await setImmediate();
};

const withSecret = (namespace: string, name: string): DingTalkRobot =>
  robot(
    { namespace, name },
    { webhook: { secretKeyRef: { name, key: 'webhook' } }, signing: undefined as never },
  );

describe('credentials', () => {
  it('are counted by state', async () => {
    const { cache, answer } = setUp();
    cache.look([robot(), withSecret(NAMESPACE, 'other')]);
    expect(cache.counts()).toEqual({ found: 0, missing: 0, unreadable: 0, unread: 2 });
    await answer({ state: 'missing' });
    expect(cache.counts()).toEqual({ found: 0, missing: 2, unreadable: 0, unread: 0 });
    cache.look([]);
    expect(cache.counts()).toEqual({ found: 0, missing: 0, unreadable: 0, unread: 0 });
    cache.close();
  });

  it('are read once for all robots that refer to them, with the keys that these name', async () => {
    const { cache, reads, clock, answer } = setUp();
    const robots = [robot(), robot({ name: 'second' })];
    expect(cache.look(robots).size).toBe(0);
    expect(reads).toMatchObject([{ key: KEY, keys: ['webhook', 'secret'] }]);
    expect(cache.look(robots).size).toBe(0);
    await answer();
    expect(clock.changes).toBe(1);
    expect(cache.look(robots)).toEqual(new Map([[KEY, FOUND]]));
    expect(reads).toEqual([]);
  });

  it('are read again after the interval, are used meanwhile, and are news only if they are others', async () => {
    const { cache, reads, clock, pass, answer } = setUp();
    cache.look([robot()]);
    await answer();
    await pass(5 * MINUTE - 1);
    expect(reads).toEqual([]);
    for (const [secret, changes] of [
      [FOUND, 1],
      [found({ webhook: TOKEN }), 2],
    ] as const) {
      await pass(5 * MINUTE);
      expect(reads).toHaveLength(1);
      expect(cache.look([robot()]).get(KEY)).toEqual(FOUND);
      await answer(secret);
      expect(clock.changes).toBe(changes);
    }
    expect(cache.look([robot()]).get(KEY)).toEqual(found({ webhook: TOKEN }));
  });

  it('are not known until they are read again, where the robot has changed or its author asks for it', async () => {
    const { cache, reads, clock, answer } = setUp();
    cache.look([robot()]);
    await answer();
    const asked = [
      robot({ generation: 2 }),
      robot({ generation: 2, annotations: { [RECONCILE_AT]: 'now' } }),
    ];
    for (const [index, changed] of asked.entries()) {
      expect(cache.look([changed]).size).toBe(0);
      expect(reads).toHaveLength(1);
      await answer();
      expect(clock.changes).toBe(index + 2);
      expect(cache.look([changed]).size).toBe(1);
    }
  });

  it('are read once more if the robot changes while they are read', async () => {
    const { cache, reads, clock, answer } = setUp();
    cache.look([robot()]);
    expect(cache.look([robot({ generation: 2 })]).size).toBe(0);
    expect(reads).toHaveLength(1);
    await answer(found({ webhook: 'old' }));
    expect(clock.changes).toBe(0);
    expect(cache.look([robot({ generation: 2 })]).size).toBe(0);
    await answer();
    expect(clock.changes).toBe(1);
    expect(cache.look([robot({ generation: 2 })])).toEqual(new Map([[KEY, FOUND]]));
  });

  it('stay known when another robot that refers to them goes', async () => {
    const { cache, answer } = setUp();
    cache.look([robot(), robot({ name: 'second' })]);
    await answer();
    expect(cache.look([robot()]).size).toBe(1);
  });

  it('that are missing are looked for soon, then less and less often', async () => {
    const { cache, reads, pass, answer, clock } = setUp();
    cache.look([robot()]);
    for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]) {
      await answer({ state: 'missing' });
      await pass(seconds * 1_000 - 1);
      expect(reads).toEqual([]);
      await pass(1);
      expect(reads).toHaveLength(1);
    }
    // The Secret is still missing, which is not a change.
    expect(clock.changes).toBe(1);
    await answer();
    expect(clock.changes).toBe(2);
    await pass(5 * MINUTE - 1);
    expect(reads).toEqual([]);
  });

  it('are read again in time, though the wall clock was set back meanwhile', async () => {
    const { cache, reads, clock, pass, answer } = setUp();
    cache.look([robot()]);
    await answer();
    clock.wall -= 24 * 3_600_000;
    await pass(5 * MINUTE);
    expect(reads).toHaveLength(1);
  });

  it('of robots that are gone or suspended are forgotten, also those that come late', async () => {
    const { cache, reads, clock, answer, pass } = setUp();
    cache.look([robot()]);
    await answer();
    expect(cache.look([robot({}, { suspend: true })]).size).toBe(0);
    expect(cache.look([robot()]).size).toBe(0);
    cache.look([]);
    await answer();
    expect(clock.changes).toBe(1);
    await pass(60 * MINUTE);
    expect(reads).toEqual([]);
  });

  it('are not read any more at the end', async () => {
    const { cache, reads, clock, answer, pass } = setUp();
    cache.look([robot()]);
    cache.close();
    await answer();
    await pass(60 * MINUTE);
    expect(reads).toEqual([]);
    expect(clock.changes).toBe(0);
  });
});

describe('credentials of which a watch tells', () => {
  const [, NAME] = KEY.split('/') as [string, string];
  const ROTATED = found({ webhook: 'rotated', secret: SECRET });

  /** A cache that has read version 1. */
  async function known() {
    const all = setUp();
    all.cache.look([robot()]);
    await all.answer(FOUND, '1');
    const tell = (version: string | undefined) => all.cache.changed(NAMESPACE, NAME, version);
    return { ...all, tell };
  }

  it('are read again at once, and are used meanwhile', async () => {
    const { tell, reads, cache, clock, answer } = await known();
    tell('2');
    expect(reads).toMatchObject([{ key: KEY, keys: ['webhook', 'secret'] }]);
    expect(cache.look([robot()]).get(KEY)).toEqual(FOUND);
    await answer(ROTATED, '2');
    expect(clock.changes).toBe(2);
    expect(cache.look([robot()]).get(KEY)).toEqual(ROTATED);
  });

  it('are not read again in the version that is known', async () => {
    const { tell, reads, pass } = await known();
    tell('1');
    await pass(MINUTE);
    expect(reads).toEqual([]);
  });

  it('are no news if the values are the same', async () => {
    const { tell, clock, answer } = await known();
    tell('2');
    await answer(FOUND, '2');
    expect(clock.changes).toBe(1);
  });

  it('are read when they appear, however long nobody has looked for them', async () => {
    const { cache, reads, clock, pass, answer } = setUp();
    cache.look([robot()]);
    for (let seconds = 1; seconds <= 256; seconds *= 2) {
      await answer({ state: 'missing' });
      await pass(seconds * 1_000);
    }
    await answer({ state: 'missing' });
    cache.changed(NAMESPACE, NAME, '9');
    expect(reads).toHaveLength(1);
    await answer(FOUND, '9');
    expect(clock.changes).toBe(2);
    expect(cache.look([robot()]).get(KEY)).toEqual(FOUND);
  });

  it('are read when they go, once', async () => {
    const { tell, reads, cache, clock, answer } = await known();
    tell(undefined);
    expect(reads).toHaveLength(1);
    await answer({ state: 'missing' });
    expect(clock.changes).toBe(2);
    expect(cache.look([robot()]).get(KEY)).toEqual({ state: 'missing' });
    tell(undefined);
    expect(reads).toEqual([]);
  });

  it('are read once more if they change while they are read, but not if the read has brought that version', async () => {
    const { cache, reads, clock, answer, pass } = setUp();
    cache.look([robot()]);
    for (const version of ['2', '3']) cache.changed(NAMESPACE, NAME, version);
    expect(reads).toHaveLength(1);
    await answer(FOUND, '2');
    expect(reads).toHaveLength(1);
    cache.changed(NAMESPACE, NAME, '4');
    await answer(ROTATED, '4');
    await pass(MINUTE);
    expect(reads).toEqual([]);
    expect(clock.changes).toBe(2);
  });

  it('are read seldom while they change all the time, in their last state, and at once again after a quiet time', async () => {
    const { tell, reads, cache, pass, answer } = await known();
    let version = 1;
    let count = 0;
    for (let tenths = 0; tenths < 3_000; tenths++) {
      version += 1;
      tell(`${version}`);
      count += reads.length;
      await answer(FOUND, `${version}`);
      await pass(100);
    }
    // After 1, 2, 4, 8, 16 and then every 30 seconds.
    expect(count).toBeGreaterThan(10);
    expect(count).toBeLessThan(20);
    await answer(FOUND, `${version}`);
    await pass(31_000);
    await answer(ROTATED, `${version}`);
    expect(cache.look([robot()]).get(KEY)).toEqual(ROTATED);
    await pass(31_000);
    tell('quiet');
    expect(reads).toHaveLength(1);
  });

  it('are read a second later if they change twice within a second', async () => {
    const { tell, reads, pass, answer } = await known();
    tell('2');
    await answer(FOUND, '2');
    await pass(100);
    tell('3');
    expect(reads).toEqual([]);
    await pass(900);
    expect(reads).toHaveLength(1);
  });

  it('are left alone if no robot refers to them, or at the end', async () => {
    const { tell, cache, reads } = await known();
    cache.changed(NAMESPACE, 'other', '2');
    cache.changed('other', NAME, '2');
    cache.look([]);
    tell('2');
    cache.look([robot()]);
    expect(reads).toHaveLength(1);
    cache.close();
    tell('3');
    expect(reads).toHaveLength(1);
  });

  it('cost others nothing, though one namespace changes hundreds all the time', async () => {
    const { cache, reads, pass } = setUp();
    const names = Array.from({ length: 300 }, (_, index) => `s${index}`);
    const robots = [...names.map((name) => withSecret('hostile', name)), withSecret('team', 'b')];
    cache.look(robots);
    for (let next = reads.shift(); next; next = reads.shift()) {
      next.end(FOUND, '1');
      await settle();
    }
    await pass(1_000);
    for (const name of names) cache.changed('hostile', name, '2');
    expect(reads.map(({ key }) => key)).toEqual(['hostile/s0', 'hostile/s1']);
    cache.changed('team', 'b', '2');
    expect(reads.map(({ key }) => key)).toContain('team/b');
  });

  it('are watched in the namespaces of the robots', async () => {
    const { cache, looks } = setUp();
    cache.look([withSecret('a', 's'), withSecret('b', 's'), withSecret('b', 't')]);
    cache.look([robot({}, { suspend: true })]);
    cache.close();
    cache.look([withSecret('a', 's')]);
    expect(looks).toEqual([['a', 'b'], [], []]);
  });
});

describe('news', () => {
  const robots = ['a', 'b', 'c'].map((name) => withSecret(`ns-${name}`, name));

  it('of reads at the same time is one, and comes with the last of them', async () => {
    const { cache, reads, clock } = setUp();
    cache.look(robots);
    for (const { end } of reads.splice(0, 2)) end(FOUND);
    await settle();
    expect(clock.changes).toBe(0);
    reads.shift()?.end(FOUND);
    await settle();
    expect(clock.changes).toBe(1);
  });

  it('waits a fifth of a second for slow reads', async () => {
    const { cache, reads, clock, pass } = setUp();
    cache.look(robots);
    for (const { end } of reads.splice(0, 2)) end(FOUND);
    await settle();
    await pass(199);
    expect(clock.changes).toBe(0);
    await pass(1);
    expect(clock.changes).toBe(1);
    await pass(1_000);
    expect(clock.changes).toBe(1);
    reads.shift()?.end(FOUND);
    await settle();
    expect(clock.changes).toBe(2);
  });

  it('does not come after the end', async () => {
    const { cache, reads, clock, pass } = setUp();
    cache.look(robots);
    reads.shift()?.end(FOUND);
    await settle();
    cache.close();
    await pass(1_000);
    expect(clock.changes).toBe(0);
  });
});

describe('slow credentials', () => {
  it('keep nobody waiting for the others', async () => {
    const { cache, reads, answer, pass } = setUp();
    const robots = [withSecret('slow', 'a'), withSecret('team', 'b')];
    cache.look(robots);
    reads.splice(
      reads.findIndex(({ key }) => key === 'slow/a'),
      1,
    );
    await answer();
    expect([...cache.look(robots).keys()]).toEqual(['team/b']);
    await pass(5 * MINUTE);
    expect(reads.map(({ key }) => key)).toEqual(['team/b']);
  });

  it('that wait for their turn are not read any more once nobody wants them', async () => {
    const { cache, reads, answer } = setUp();
    const robots = ['a', 'b', 'c', 'd'].map((name) => withSecret('slow', name));
    cache.look(robots);
    await settle();
    expect(reads).toHaveLength(2);
    cache.look([]);
    await answer();
    expect(reads).toHaveLength(0);
    // Wanted again meanwhile: each is read again.
    cache.look(robots);
    cache.look([]);
    cache.look(robots);
    await answer();
    await answer();
    expect(cache.counts()).toMatchObject({ found: 4 });
    cache.look(
      robots.map(({ metadata, ...rest }) => ({ ...rest, metadata: { ...metadata, generation: 2 } })),
    );
    await settle();
    expect(reads).toHaveLength(2);
    cache.close();
    await answer();
    expect(reads).toHaveLength(0);
  });

  it('of one namespace leave places for others, and a few are read at once', async () => {
    const { cache, reads } = setUp();
    const many = Array.from({ length: 300 }, (_, index) => withSecret('slow', `s${index}`));
    cache.look([...many, ...['a', 'b'].map((name) => withSecret('team', name))]);
    expect(reads.map(({ key }) => key)).toEqual(['slow/s0', 'slow/s1', 'team/a', 'team/b']);
    const crowd = setUp();
    crowd.cache.look(Array.from({ length: 300 }, (_, index) => withSecret(`ns-${index}`, 's')));
    expect(crowd.reads).toHaveLength(8);
    const all: string[] = [];
    while (crowd.reads.length > 0) {
      all.push(...crowd.reads.map(({ key }) => key));
      await crowd.answer();
    }
    expect(new Set(all).size).toBe(300);
    expect(all).toHaveLength(300);
  });
});

describe('thousands of credentials', () => {
  const robots = Array.from({ length: 3_000 }, (_, index) => withSecret(`ns-${index % 100}`, `s${index}`));

  it('are not all looked at after each read, though each comes at a time of its own', async () => {
    const { cache, reads, clock, pass } = setUp();
    cache.look(robots);
    /** Returns how many there were. */
    const sweep = async () => {
      let count = 0;
      for (let next = reads.shift(); next; next = reads.shift()) {
        next.end(FOUND);
        count++;
        await pass(10);
      }
      return count;
    };
    expect(await sweep()).toBe(3_000);
    await pass(5 * MINUTE);
    expect(await sweep()).toBe(3_000);
    expect(cache.look(robots).size).toBe(3_000);
    // The first reads bring news, at most once in 200 ms.
    expect(clock.changes).toBeLessThanOrEqual((3_000 * 10) / 200);
    // A check of one reference reads the clock once. A check of all references after each read would read the clock 9
    // million times.
    expect(clock.readings).toBeLessThan(500_000);
  });
});
