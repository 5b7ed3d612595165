import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Alarm } from './alarm.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

function setUp() {
  const clock = { ms: 0, monotonic: 5_000, rings: 0 };
  const alarm = new Alarm({ wall: () => clock.ms, monotonic: () => clock.monotonic }, () => clock.rings++);
  const pass = (ms: number) => {
    clock.ms += ms;
    clock.monotonic += ms;
    vi.advanceTimersByTime(ms);
  };
  return { clock, alarm, pass };
}

it('rings once when the time has come', () => {
  const { alarm, clock, pass } = setUp();
  alarm.set(new Date(60_000));
  pass(59_000);
  expect(clock.rings).toBe(0);
  pass(1_000);
  pass(60_000);
  expect(clock.rings).toBe(1);
});

it('rings soon after a clock that jumped, though its timer knows nothing of it', () => {
  const { alarm, clock, pass } = setUp();
  alarm.set(new Date(3_600_000));
  clock.ms = 3_600_000;
  pass(10_000);
  expect(clock.rings).toBe(1);
});

it('rings when the time is over, though the wall clock was set back meanwhile', () => {
  const { alarm, clock, pass } = setUp();
  alarm.set(new Date(60_000));
  pass(30_000);
  clock.ms -= 3_600_000;
  pass(29_000);
  expect(clock.rings).toBe(0);
  pass(1_000);
  expect(clock.rings).toBe(1);
});

it('rings at once for a time that has passed, and never when unset', () => {
  const { alarm, clock, pass } = setUp();
  alarm.set(new Date(-1));
  expect(clock.rings).toBe(1);
  alarm.set(new Date(1_000));
  alarm.set(undefined);
  pass(60_000);
  expect(clock.rings).toBe(1);
});
