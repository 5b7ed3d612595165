import { expect, it } from 'vitest';
import { isAlive, LONGEST_RUN_MS } from './liveness.ts';

it('is alive between runs and during a run of ordinary length, and not when a run does not end', () => {
  const now = 10 * LONGEST_RUN_MS;
  expect(isAlive({ runStartedAt: undefined, now })).toBe(true);
  expect(isAlive({ runStartedAt: now - LONGEST_RUN_MS, now })).toBe(true);
  expect(isAlive({ runStartedAt: now - LONGEST_RUN_MS - 1, now })).toBe(false);
});

it('is alive while an API server answers every request of a run in the last moment', () => {
  // Ten attempts, each with three writes and one read, of 15 s each.
  expect(isAlive({ runStartedAt: 0, now: 10 * 4 * 15_000 })).toBe(true);
});

it('has a run restarted while the signatures are still valid', () => {
  expect(LONGEST_RUN_MS).toBeLessThan((60 - 20) * 60_000);
});
