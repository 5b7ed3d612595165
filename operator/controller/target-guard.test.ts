import { describe, expect, it } from 'vitest';
import { serviceKey } from '../argocd/names.ts';
import { decide } from '../core/decide.ts';
import type { LiveObject, Snapshot } from '../core/model/snapshot.ts';
import { afterWrites, NAMESPACE, robot, snapshot, team } from '../core/testing/fixtures.ts';
import type { Write } from '../core/writes/writes.ts';
import { TargetGuard } from './target-guard.ts';

const INTERVAL = 2_000;
const SERVICE = `dt_${NAMESPACE}_payments`;

/** A guard with its own clock, and a target that is written through it as the operator does. */
function setUp(start: Partial<Snapshot> = team(), intervalMs = INTERVAL) {
  let now = 1_000_000;
  let version = 1;
  let snap = snapshot(start);
  const lost: string[] = [];
  const rounds: number[] = [];
  const guard = new TargetGuard({
    intervalMs,
    clock: () => now,
    onLoss: (object, keys) => void lost.push(`${object}: ${keys.length}`),
  });
  const stamp = (object: LiveObject | undefined) =>
    object && { ...object, resourceVersion: `${++version}`, managers: [] };
  const run = () => {
    const { writes, live } = decide(snap);
    guard.observe(snap.target, live);
    const admission = guard.admit(writes.steps);
    for (const step of admission.steps) {
      if (step.kind === 'project') continue;
      const target = afterWrites(snap, [step]);
      const kind = step.kind === 'apply' && step.object === 'Secret' ? 'secret' : 'configMap';
      const object = stamp(target[kind]) as LiveObject;
      snap = { ...snap, target: { ...snap.target, [kind]: object } };
      guard.wrote(step, object);
    }
    if (admission.steps.length > 0) {
      guard.roundEnded();
      rounds.push(now);
    }
    return admission;
  };
  return {
    guard,
    lost,
    rounds,
    run,
    /** Runs whenever the guard asks for it, until that much time is over. */
    pass: (ms: number) => {
      for (const end = now + ms; ; ) {
        const next = guard.nextAt(run(), new Date(now))?.getTime() ?? Number.POSITIVE_INFINITY;
        now = Math.min(end, Math.max(now + 1, next));
        if (now === end) return;
      }
    },
    set: (change: (before: Snapshot) => Snapshot) => {
      snap = change(snap);
    },
    /** A change of an object by another writer. */
    edit: (kind: 'configMap' | 'secret', change: (data: LiveObject['data']) => LiveObject['data']) => {
      const object = snap.target[kind] as LiveObject;
      snap = { ...snap, target: { ...snap.target, [kind]: stamp({ ...object, data: change(object.data) }) } };
    },
    tick: (ms: number) => {
      now += ms;
    },
    now: () => now,
    data: (kind: 'configMap' | 'secret') => snap.target[kind]?.data ?? {},
  };
}
const without = (key: string) => (data: LiveObject['data']) =>
  Object.fromEntries(Object.entries(data).filter(([each]) => each !== key));
const objects = (steps: readonly Write[]) =>
  steps.map((step) => (step.kind === 'apply' ? step.object : step.kind));
const withRobot = (name: string) => (before: Snapshot) => ({
  ...before,
  robots: [...before.robots, robot({ name })],
});

it('says how long the next write has to wait, and that nothing waits otherwise', () => {
  const { guard, run, set } = setUp();
  expect(guard.turnInMs()).toBe(0);
  run();
  expect(guard.turnInMs()).toBe(0);
  set((before) => ({ ...before, robots: [robot(), robot({ name: 'second' })] }));
  run();
  expect(guard.turnInMs()).toBe(INTERVAL);
  set((before) => ({ ...before, robots: [robot()] }));
  run();
  expect(guard.turnInMs()).toBe(0);
});

describe('the pace', () => {
  it('lets a change that comes alone through at once', () => {
    const { run, tick, set } = setUp();
    expect(objects(run().steps)).toEqual(['Secret', 'ConfigMap', 'subscriptions']);
    tick(INTERVAL);
    set(withRobot('second'));
    expect(objects(run().steps)).toEqual(['Secret', 'ConfigMap']);
  });

  it('has what follows wait for its turn, removals like all else, and says when that is', () => {
    const { run, tick, set, now, guard } = setUp();
    run();
    tick(500);
    set((before) => ({ ...before, robots: [], subscriptions: [] }));
    const waiting = run();
    expect(waiting).toMatchObject({ steps: [], isPaced: true });
    expect(guard.nextAt(waiting, new Date(0))).toEqual(new Date(1_500));
    expect(waiting.againAt).toBe(now() + 1_500);
    tick(1_500);
    expect(objects(run().steps)).toEqual(['ConfigMap', 'subscriptions', 'Secret']);
  });

  it.each([
    [0, 100],
    [INTERVAL, 3],
  ])('of %i ms makes %i rounds of a hundred changes, 30 ms apart', (interval, count) => {
    const { rounds, set, pass, data } = setUp({}, interval);
    for (let index = 0; index < 100; index++) {
      set(withRobot(`r${index}`));
      pass(30);
    }
    pass(10_000);
    expect(rounds.length).toBe(count);
    expect(Object.keys(data('secret')).length).toBe(100);
  });

  it('does not count a round that wrote nothing', () => {
    const { run, tick, set } = setUp();
    run();
    tick(INTERVAL);
    expect(run()).toEqual({ steps: [], isPaced: false });
    set(withRobot('second'));
    expect(run().steps.length).toBe(2);
  });
});

describe('somebody who takes our keys', () => {
  it('once is told of and corrected, and has no consequences', () => {
    const { run, tick, edit, lost, data, guard } = setUp();
    run();
    tick(INTERVAL);
    edit('configMap', without(serviceKey(SERVICE)));
    run();
    expect(data('configMap')[serviceKey(SERVICE)]).toBeDefined();
    expect([lost, guard.contests()]).toEqual([['ConfigMap: 1'], []]);
  });

  it('is found by a value that changes, by an entry that is gone, and by an object that is made anew', () => {
    const { run, tick, edit, lost } = setUp();
    run();
    edit('secret', (data) => ({ ...data, [SERVICE]: 'https://x' }));
    tick(INTERVAL);
    run();
    edit('configMap', without('subscriptions'));
    tick(INTERVAL);
    run();
    edit('configMap', () => ({}));
    tick(INTERVAL);
    run();
    expect(lost).toEqual(['Secret: 1', 'ConfigMap: 1', 'ConfigMap: 4']);
  });

  it('is not found in what others do with theirs, nor in what we do ourselves', () => {
    const { run, tick, edit, set, lost } = setUp();
    run();
    edit('configMap', (data) => ({
      ...data,
      'service.slack': 'token: $x',
      subscriptions: `${data.subscriptions}- recipients: [slack:x]\n  triggers: [t]\n`,
    }));
    tick(INTERVAL);
    run();
    set((before) => ({ ...before, robots: [], subscriptions: [] }));
    tick(INTERVAL);
    run();
    tick(INTERVAL);
    run();
    expect(lost).toEqual([]);
  });

  /** Removes a key a second after it is back, again and again, until this much time is over. */
  function fight(stage: ReturnType<typeof setUp>, kind: 'configMap' | 'secret', key: string, ms: number) {
    for (const end = stage.now() + ms; stage.now() < end; ) {
      stage.pass(1_000);
      if (stage.data(kind)[key] !== undefined) stage.edit(kind, without(key));
    }
  }

  it('again and again is answered more and more seldom, and no other object suffers from it', () => {
    const stage = setUp();
    fight(stage, 'configMap', serviceKey(SERVICE), 60_000);
    const [only, ...others] = stage.guard.contests();
    expect([only?.object, others]).toEqual(['ConfigMap', []]);
    expect([...(only?.contest.keys ?? [])]).toEqual([serviceKey(SERVICE)]);
    const inAMinute = stage.rounds.length;
    expect(inAMinute).toBeLessThan(12);
    // A renewal is a write to the Secret.
    const renewed = (before: Snapshot): Snapshot => ({
      ...before,
      now: new Date(before.now.getTime() + 25 * 60_000),
    });
    stage.set(renewed);
    expect(objects(stage.run().steps)).toEqual(['Secret']);
    fight(stage, 'configMap', serviceKey(SERVICE), 600_000);
    expect(stage.rounds.length - inAMinute).toBeLessThan(8);
  });

  it('in the Secret keeps no renewal up for longer than five minutes', () => {
    const stage = setUp();
    fight(stage, 'secret', SERVICE, 1_500_000);
    const gaps = stage.rounds.slice(1).map((at, index) => at - (stage.rounds[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(301_000);
    expect(stage.rounds.length).toBeLessThan(30);
  });

  it('piece by piece before we come to put anything back counts once', () => {
    const { run, edit, lost, data, guard, tick } = setUp();
    run();
    for (const key of Object.keys(data('configMap'))) {
      edit('configMap', without(key));
      run();
    }
    expect(lost.length).toBe(4);
    tick(INTERVAL);
    run();
    for (let count = 0; count < 4; count++) {
      expect(guard.contests()).toEqual([]);
      edit('configMap', without(serviceKey(SERVICE)));
      tick(INTERVAL);
      run();
    }
    expect(guard.contests().length).toBe(1);
  });

  it('and stops is forgotten once our keys have stayed', () => {
    const stage = setUp();
    fight(stage, 'configMap', serviceKey(SERVICE), 30_000);
    expect(stage.guard.contests().length).toBe(1);
    stage.pass(60_000);
    expect(stage.data('configMap')[serviceKey(SERVICE)]).toBeDefined();
    expect(stage.guard.contests()).toEqual([]);
    stage.edit('configMap', without(serviceKey(SERVICE)));
    expect(objects(stage.run().steps)).toContain('ConfigMap');
  });
});
