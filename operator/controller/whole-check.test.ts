import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { readLiveState } from '../core/live.ts';
import { liveObject } from '../core/testing/fixtures.ts';
import type { Finding } from '../core/verdict.ts';
import type { Outcome } from '../engine/types.ts';
import { WholeCheck } from './whole-check.ts';

function setUp(outcome: Outcome<'check'>) {
  const calls: object[] = [];
  const told: (readonly Finding[])[] = [];
  const check = async (request: object) => {
    calls.push(request);
    return outcome;
  };
  const report = async (findings: readonly Finding[]) => void told.push(findings);
  const whole = new WholeCheck({ check }, report, (error) => expect.unreachable(String(error)));
  const at = (resourceVersion: string) => ({ configMap: { ...liveObject({ a: 'b' }), resourceVersion } });
  return { calls, told, whole, at };
}

const NOTHING = readLiveState({});
const REFUSED: Outcome<'check'> = { ok: false, errors: [{ key: 'trigger.x', message: 'no' }] };

it('looks at the start, then at changes at most once a minute', () => {
  const { calls, whole, at } = setUp(REFUSED);
  whole.run(at('1'), NOTHING, 0);
  whole.run(at('1'), NOTHING, 100_000);
  expect(calls.length).toBe(1);
  whole.run(at('2'), NOTHING, 100_000);
  expect(whole.run(at('3'), NOTHING, 110_000)).toEqual(new Date(160_000));
  expect(calls.length).toBe(2);
  whole.run(at('3'), NOTHING, 160_000);
  expect(calls.length).toBe(3);
});

it('names the key', async () => {
  const { told, whole, at } = setUp(REFUSED);
  whole.run(at('1'), NOTHING, 0);
  await setImmediate();
  expect(told[0]?.[0]?.message).toContain('key trigger.x: no');
});

it('says nothing about a machine that was too slow', async () => {
  const { told, whole, at } = setUp({ ok: false, killed: 'deadline', message: 'late' });
  whole.run(at('1'), NOTHING, 0);
  await setImmediate();
  expect(told).toEqual([]);
});
