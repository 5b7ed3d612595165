import { expect, it } from 'vitest';
import { DURATION_BUCKETS, EngineCounters } from './metrics.ts';

it('counts calls by kind and result, and their durations by bucket', () => {
  const counters = new EngineCounters();
  counters.called('check', 'ok', 0.001);
  counters.called('check', 'ok', 0.0011);
  counters.called('check', 'refused', 0.03);
  counters.called('check', 'deadline', 11);
  counters.called('render', 'ok', 10);
  counters.called('check', 'unavailable', 0);
  expect(counters.calls.get('check')).toEqual(
    new Map([
      ['ok', 2],
      ['refused', 1],
      ['deadline', 1],
      ['unavailable', 1],
    ]),
  );
  const { counts, sumSeconds } = counters.durations.get('check') ?? { counts: [], sumSeconds: 0 };
  // A call that was not made took no time.
  expect(counts).toEqual([1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
  expect(counts).toHaveLength(DURATION_BUCKETS.length + 1);
  expect(sumSeconds).toBeCloseTo(11.0321);
  expect(counters.durations.get('render')?.counts.at(-2)).toBe(1);
});

it('knows whether the engine runs, how often it was started and what ended it', () => {
  const counters = new EngineCounters();
  counters.started(0.7);
  counters.ended('deadline');
  counters.started(0.1);
  expect([counters.isRunning, counters.starts, counters.lastStartSeconds]).toEqual([true, 2, 0.1]);
  counters.ended('idle');
  expect(counters.isRunning).toBe(false);
  expect(counters.ends).toEqual(
    new Map([
      ['deadline', 1],
      ['idle', 1],
    ]),
  );
});
