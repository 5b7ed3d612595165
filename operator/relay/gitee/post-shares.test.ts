import { beforeEach, expect, it } from 'vitest';
import { PostShares } from './post-shares.ts';

let now: number;
let shares: PostShares;
beforeEach(() => {
  now = 0;
  shares = new PostShares(() => now);
});

const run = (namespace: string): Promise<string | undefined> => shares.run(namespace, async () => 'done');

it('a namespace may post three hundred times at once, and five times a second', async () => {
  const burst = [];
  for (let each = 0; each < 301; each++) burst.push(await run('a'));
  expect(burst.filter((result) => result === 'done').length).toBe(300);
  expect(await run('b')).toBe('done');
  now += 1_000;
  const later = [];
  for (let each = 0; each < 10; each++) later.push(await run('a'));
  expect(later.filter((result) => result === 'done').length).toBe(5);
});

it('large bodies count as many posts', async () => {
  expect(await run('a')).toBe('done');
  for (let each = 0; each < 6; each++) shares.count('a', 5_000_000);
  expect([await run('a'), await run('b')]).toEqual([undefined, 'done']);
  now += 60_000;
  expect(await run('a')).toBe('done');
});

it('two posts of a namespace are worked on at once, sixteen wait or are worked on, and the next one is refused', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let [running, most] = [0, 0];
  const work = async (): Promise<string> => {
    running += 1;
    most = Math.max(most, running);
    await promise;
    running -= 1;
    return 'done';
  };
  const all = Array.from({ length: 20 }, () => shares.run('a', work));
  expect(await Promise.all(all.slice(16))).toEqual([undefined, undefined, undefined, undefined]);
  expect(await run('b')).toBe('done');
  resolve();
  expect(await Promise.all(all.slice(0, 16))).toEqual(Array(16).fill('done'));
  expect(most).toBe(2);
});

it('a namespace gets its place back when its work fails', async () => {
  for (let each = 0; each < 40; each++)
    await expect(shares.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await run('a')).toBe('done');
});

it('a namespace that is busy does not get a new share when many others come', async () => {
  for (let each = 0; each < 299; each++) await run('busy');
  for (let each = 0; each < 1_000; each++) await run(`n${each}`);
  expect([await run('busy'), await run('busy')]).toEqual(['done', undefined]);
  now += 120_000;
  for (let each = 0; each < 3_000; each++) await run(`m${each}`);
  expect(await run('busy')).toBe('done');
});
