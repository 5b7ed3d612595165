import { expect, it } from 'vitest';
import { closest } from './closest.ts';

const names = ['on-deployed', 'on-sync-failed', 'on-sync-running', 'name', 'not'];

it.each([
  ['on-sync-fialed', 'on-sync-failed'],
  ['on-deploy', 'on-deployed'],
  ['sync-running', 'on-sync-running'],
  ['slow', undefined],
  ['naem', 'name'],
  ['log', undefined],
])('%s is taken for %s', (word, expected) => {
  expect(closest(word, names)).toBe(expected);
});

it('takes no time for a word or a candidate of a megabyte', () => {
  const long = 'x'.repeat(1_000_000);
  const before = process.cpuUsage();
  expect(closest(long, names)).toBeUndefined();
  expect(closest('on-deploy', [long, 'on-deployed'])).toBe('on-deployed');
  expect(closest(long, [`${long}y`])).toBeUndefined();
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(100);
});
