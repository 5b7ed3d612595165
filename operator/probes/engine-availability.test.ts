import { renameSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { createEngine } from '../engine/client.ts';
import { fakeEngine } from '../engine/testing/fake-engine.ts';
import type { Engine } from '../engine/types.ts';
import { eventually } from '../lib/testing/eventually.ts';
import { recordingLog } from '../lib/testing/recording-log.ts';
import { EngineAvailability } from './engine-availability.ts';

let engine: Engine | undefined;
afterEach(() => engine?.close());

function watch(program: string, retryMs?: number) {
  const log = recordingLog();
  const availability = new EngineAvailability(log, 'new resources have to wait', retryMs);
  engine = availability.watch(createEngine({ program }));
  return { availability, engine, log };
}

it('is there while the engine answers, even to refuse or to hang', async () => {
  using fake = fakeEngine({ v: 'trap', c: 'echo' });
  const { availability, log } = watch(fake.program);
  await engine?.check({ configMap: {} });
  expect(availability.facts).toEqual({ ok: true });
  expect(log.lines).toEqual([]);
});

it('is missing as soon as the engine cannot be started at all, without a question of the operator', async () => {
  const { availability, log } = watch('/no/such/engine');
  await eventually('the engine to be missed', () => !availability.facts.ok);
  expect(availability.facts.message).toMatch(/^the engine did not start: \/no\/such\/engine: .*ENOENT/);
  await expect(engine?.check({ configMap: {} })).rejects.toThrow('did not start');
  expect(log.lines.map(({ level, message }) => [level, message])).toEqual([
    ['error', 'the engine cannot be asked, so new resources have to wait'],
  ]);
});

it('returns with the engine, although the operator has no question', async () => {
  using fake = fakeEngine({ v: 'echo' });
  const away = `${fake.program}-away`;
  renameSync(fake.program, away);
  const { availability, log } = watch(fake.program, 10);
  await eventually('the engine to be missed', () => !availability.facts.ok);
  renameSync(away, fake.program);
  await eventually('the engine to be found', () => availability.facts.ok);
  expect(log.lines.map(({ message }) => message)).toEqual([
    'the engine cannot be asked, so new resources have to wait',
    'the engine answers again',
  ]);
});

it('does not end because the operator does', async () => {
  using fake = fakeEngine({ v: 'echo', c: 'silence' });
  const { availability } = watch(fake.program);
  const asked = engine?.check({ configMap: {} });
  await Promise.all([expect(asked).rejects.toThrow('closed'), engine?.close()]);
  expect(availability.facts).toEqual({ ok: true });
});
