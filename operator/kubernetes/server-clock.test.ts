import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServerClock } from './server-clock.ts';

/** A server whose clock is `aheadMs` ahead of the local clock; answers cut the time to seconds. */
function ask(clock: ServerClock, aheadMs: number, sentAt: number, roundTripMs = 10): void {
  const serverTime = Math.floor((sentAt + roundTripMs / 2 + aheadMs) / 1_000) * 1_000;
  clock.observe({ serverTime, sentAt, receivedAt: sentAt + roundTripMs });
}

describe('clocks that agree', () => {
  it('show no skew, whenever within the second one asks', () => {
    const clock = new ServerClock(() => 5_000);
    for (let at = 0; at < 3_000; at += 37) {
      ask(clock, 0, at);
      expect(clock.skewMs()).toBe(0);
    }
    expect(clock.now()).toEqual(new Date(5_000));
  });

  it('nor do they if less than a second apart', () => {
    const clock = new ServerClock(() => 0);
    for (let at = 0; at < 3_000; at += 37) ask(clock, 900, at);
    expect(clock.skewMs()).toBe(0);
  });
});

describe('clocks that differ', () => {
  it('the server’s time is told to within a second at once, and better later', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e9, max: 1e9 }).filter((ahead) => Math.abs(ahead) > 2_100),
        fc.integer({ min: 0, max: 999 }),
        (ahead, phase) => {
          const clock = new ServerClock(() => 0);
          ask(clock, ahead, 1e12 + phase);
          expect(Math.abs(clock.skewMs() - ahead)).toBeLessThanOrEqual(1_010);
          for (let at = 0; at < 1_000; at += 20) ask(clock, ahead, 1e12 + phase + at);
          expect(Math.abs(clock.skewMs() - ahead)).toBeLessThanOrEqual(40);
        },
      ),
    );
  });

  it('the answer to a slow request says little', () => {
    const clock = new ServerClock(() => 0);
    ask(clock, 0, 1_000_000, 15_000);
    expect(clock.skewMs()).toBe(0);
  });
});

describe('a clock jumps', () => {
  it('is followed with the next answer', () => {
    const clock = new ServerClock(() => 0);
    ask(clock, 60_000, 1_000_000);
    expect(clock.skewMs()).toBeGreaterThan(58_000);
    ask(clock, 0, 1_000_000);
    expect(clock.skewMs()).toBe(0);
  });

  it('puts the time in doubt until the next answer, as a sleep of the machine does', () => {
    const local = { wall: 1_000_000, monotonic: 0 };
    const clock = new ServerClock(
      () => local.wall,
      () => local.monotonic,
    );
    expect(clock.isInDoubt()).toBe(false);
    ask(clock, 0, local.wall);
    for (const [wall, monotonic, isInDoubt] of [
      [3_600_000, 3_600_000, false],
      [7_200_000, 0, true],
      [-7_200_000, 10, true],
      // A clock that is slewed.
      [60_100, 60_000, false],
    ] as const) {
      local.wall += wall;
      local.monotonic += monotonic;
      expect(clock.isInDoubt()).toBe(isInDoubt);
      ask(clock, 0, local.wall);
      expect(clock.isInDoubt()).toBe(false);
    }
  });

  it('in the middle of a request: that answer is ignored', () => {
    const clock = new ServerClock(() => 0);
    clock.observe({ serverTime: 1_000_000, sentAt: 1_000_000, receivedAt: 400_000 });
    expect(clock.skewMs()).toBe(0);
  });
});
