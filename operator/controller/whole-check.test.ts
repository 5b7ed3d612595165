import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Finding } from '../api/finding.ts';
import { readLiveState } from '../core/model/live.ts';
import { liveObject } from '../core/testing/fixtures.ts';
import type { Outcome } from '../engine/types.ts';
import { WholeCheck } from './whole-check.ts';

function setUp(outcome: Outcome<'check'>, takesMs = 0) {
  const calls: object[] = [];
  const told: (readonly Finding[])[] = [];
  const check = async (request: object) => {
    calls.push(request);
    clock.ms += takesMs;
    return outcome;
  };
  const report = async (findings: readonly Finding[]) => void told.push(findings);
  const clock = { ms: 0 };
  const fail = (error: unknown) => expect.unreachable(String(error));
  const whole = new WholeCheck({ check }, report, fail, () => clock.ms);
  const at = (resourceVersion: string) => ({ configMap: { ...liveObject({ a: 'b' }), resourceVersion } });
  const run = (resourceVersion: string, ms: number) => {
    clock.ms = ms;
    return whole.run(at(resourceVersion), NOTHING);
  };
  return { calls, told, run };
}

const NOTHING = readLiveState({});
const REFUSED: Outcome<'check'> = { ok: false, errors: [{ key: 'trigger.x', message: 'no' }] };

it('looks at the start, then at changes at most once a minute', () => {
  const { calls, run } = setUp(REFUSED);
  run('1', 0);
  run('1', 100_000);
  expect(calls.length).toBe(1);
  run('2', 100_000);
  expect(run('3', 110_000)).toBe(50_000);
  expect(calls.length).toBe(2);
  run('3', 160_000);
  expect(calls.length).toBe(3);
});

it('rests longer after a check that took long, and never for more than ten minutes', async () => {
  for (const [takesMs, pauseMs] of [
    [1_000, 200_000],
    [30_000, 600_000],
  ] as const) {
    const { calls, run } = setUp(REFUSED, takesMs);
    run('1', 0);
    await setImmediate();
    expect(run('2', 60_000)).toBe(pauseMs - 60_000);
    run('2', pauseMs);
    expect(calls.length).toBe(2);
  }
});

it('names the key', async () => {
  const { told, run } = setUp(REFUSED);
  run('1', 0);
  await setImmediate();
  expect(told[0]?.[0]?.message).toContain('key trigger.x: no');
});

it('says nothing about a machine that was too slow', async () => {
  const { told, run } = setUp({ ok: false, killed: 'deadline', message: 'late' });
  run('1', 0);
  await setImmediate();
  expect(told).toEqual([]);
});
