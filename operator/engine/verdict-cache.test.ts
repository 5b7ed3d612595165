import { describe, expect, it } from 'vitest';
import { EngineCounters } from './metrics.ts';
import type { Outcome } from './types.ts';
import { VerdictCache, type VerdictCacheOptions } from './verdict-cache.ts';

const MINUTE = 60_000;

function refused(message: string): Outcome {
  return { ok: false, errors: [{ message }] };
}

function killed(cause: 'deadline' | 'memory' | 'trap'): Outcome {
  return { ok: false, killed: cause, message: 'no' };
}

function setUp(options: Partial<VerdictCacheOptions> = {}) {
  const clock = { now: 0 };
  const cache = new VerdictCache<Outcome>({
    maxEntries: 3,
    maxBytes: 10_000,
    now: () => clock.now,
    ...options,
  });
  return { cache, clock };
}

describe('the cache', () => {
  it('gives back what was set last', () => {
    const { cache } = setUp();
    cache.set('a', refused('1'));
    cache.set('a', refused('2'));
    expect(cache.get('a')).toEqual(refused('2'));
    expect(cache.get('b')).toBeUndefined();
    expect([cache.size, cache.hits, cache.misses]).toEqual([1, 1, 1]);
  });

  it('lets those go first that were not read for the longest time', () => {
    const { cache } = setUp();
    for (const key of ['a', 'b', 'c']) cache.set(key, refused(key));
    cache.get('a');
    cache.set('d', refused('d'));
    expect(['a', 'b', 'c', 'd'].filter((key) => cache.get(key))).toEqual(['a', 'c', 'd']);
  });

  it('is bounded by bytes, however few the entries', () => {
    const { cache } = setUp({ maxBytes: 10_000 });
    cache.set('a', refused('x'.repeat(4_000)));
    cache.set('b', refused('x'.repeat(4_000)));
    expect(cache.size).toBe(2);
    expect(cache.bytes).toBeGreaterThan(8_000);
    // Two bytes for each character: the first two have to go.
    cache.set('c', refused('é'.repeat(4_000)));
    expect([cache.get('a'), cache.get('b')]).toEqual([undefined, undefined]);
    expect(cache.get('c')).toBeDefined();
    expect(cache.bytes).toBeLessThanOrEqual(10_000);
  });

  it('does not empty itself for something that is too large anyway, and forgets the outdated verdict', () => {
    const { cache } = setUp({ maxBytes: 1_000 });
    cache.set('a', refused('a'));
    cache.set('b', refused('b'));
    cache.set('b', refused('x'.repeat(1_000)));
    expect(cache.get('a')).toBeDefined();
    expect(cache.get('b')).toBeUndefined();
    cache.set('a', refused('x'.repeat(1_000)));
    expect([cache.size, cache.bytes]).toEqual([0, 0]);
  });

  it('takes room from the namespace that has most of it', () => {
    const { cache } = setUp({ maxEntries: 1_000, maxBytes: 100_000 });
    for (let index = 0; index < 20; index++) cache.set(`little ${index}`, refused('no'), 'little');
    for (let index = 0; index < 5_000; index++) cache.set(`much ${index}`, refused('no'), 'much');
    const left = Array.from({ length: 20 }, (_, index) => cache.get(`little ${index}`));
    expect(left.every(Boolean)).toBe(true);
    expect(cache.bytes).toBeLessThanOrEqual(100_000);
    expect([cache.get('much 0'), cache.get('much 4999')]).toEqual([undefined, refused('no')]);
  });

  it('keeps answers for ever, and kills for 10 minutes', () => {
    const { cache, clock } = setUp({ maxEntries: 10 });
    cache.set('answer', refused('a'));
    for (const cause of ['deadline', 'memory', 'trap'] as const) cache.set(cause, killed(cause));
    const known = () => ['answer', 'deadline', 'memory', 'trap'].filter((key) => cache.get(key));
    clock.now = 10 * MINUTE - 1;
    expect(known()).toEqual(['answer', 'deadline', 'memory', 'trap']);
    // A read does not prolong it.
    clock.now = 10 * MINUTE;
    expect(known()).toEqual(['answer']);
    expect(cache.size).toBe(1);
    clock.now = 1e12;
    expect(known()).toEqual(['answer']);
  });

  it('counts for whoever wants to know', () => {
    const metrics = new EngineCounters();
    const { cache } = setUp({ metrics });
    cache.set('a', refused('a'));
    for (const key of ['a', 'a', 'b']) cache.get(key);
    expect(metrics.cache).toEqual({ hit: 2, miss: 1 });
  });
});
