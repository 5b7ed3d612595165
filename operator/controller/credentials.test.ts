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

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** A cache whose reads end when the test says so. */
function setUp() {
  const clock = { wall: NOW.getTime(), monotonic: 1_000, changes: 0, readings: 0 };
  const reads: { key: string; keys: readonly string[]; end: (secret: CredentialSecret) => void }[] = [];
  const cache = new CredentialCache({
    read: (namespace, name, keys) =>
      new Promise((end) => reads.push({ key: `${namespace}/${name}`, keys: [...keys], end })),
    intervalMs: 5 * MINUTE,
    clocks: {
      wall: () => {
        clock.readings++;
        return clock.wall;
      },
      monotonic: () => clock.monotonic,
    },
    onChange: () => clock.changes++,
  });
  const pass = async (ms: number) => {
    clock.wall += ms;
    clock.monotonic += ms;
    vi.advanceTimersByTime(ms);
    await settle();
  };
  /** Ends the reads that are under way. */
  const answer = async (secret: CredentialSecret = FOUND) => {
    for (const { end } of reads.splice(0)) end(secret);
    await settle();
  };
  return { clock, reads, cache, pass, answer };
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
    expect(clock.changes).toBe(3_000);
    // A check of one reference reads the clock once. A check of all references after each read would read the clock 9
    // million times.
    expect(clock.readings).toBeLessThan(500_000);
  });
});
