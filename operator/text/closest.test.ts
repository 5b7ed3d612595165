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
