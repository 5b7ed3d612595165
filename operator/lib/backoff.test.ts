import { describe, expect, it } from 'vitest';
import { Backoff } from './backoff.ts';

describe('failures in a row', () => {
  it('double the wait up to its bound', () => {
    const backoff = new Backoff({ random: () => 1 });
    expect(Array.from({ length: 9 }, () => backoff.next())).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ]);
  });

  it('never wait less than half of that', () => {
    const backoff = new Backoff({ random: () => 0 });
    expect([backoff.next(), backoff.next()]).toEqual([250, 500]);
  });

  it('may go on for years', () => {
    const backoff = new Backoff({ random: () => 1 });
    for (let i = 0; i < 100_000; i += 1) backoff.next();
    expect(backoff.next()).toBe(30_000);
  });

  it('are forgotten when something works', () => {
    const backoff = new Backoff({ random: () => 1 });
    backoff.next();
    backoff.next();
    backoff.reset();
    expect(backoff.failures).toBe(0);
    expect(backoff.next()).toBe(500);
  });
});
