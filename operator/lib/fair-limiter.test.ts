import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { FairLimiter } from './fair-limiter.ts';

it('lets nobody take the places of others', async () => {
  const limiter = new FairLimiter(4, 2);
  const started: string[] = [];
  const ends: (() => void)[] = [];
  const start = (name: string) =>
    limiter.run(name.slice(0, 1), () => {
      started.push(name);
      return new Promise<void>((resolve) => ends.push(resolve));
    });
  const all = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'b3', 'c1'].map(start);
  await setImmediate();
  expect(started).toEqual(['a1', 'a2', 'b1', 'b2']);
  ends.shift()?.();
  await setImmediate();
  // Among the waiting tasks, a third task of the same owner comes last.
  expect(started.at(-1)).toBe('c1');
  while (ends.length > 0) {
    ends.shift()?.();
    await setImmediate();
  }
  await Promise.all(all);
  expect(started.toSorted()).toEqual(['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'b3', 'c1']);
});

it('passes on how a task fails, and goes on', async () => {
  const limiter = new FairLimiter(1, 1);
  await expect(limiter.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(limiter.run('a', async () => 'yes')).resolves.toBe('yes');
});
