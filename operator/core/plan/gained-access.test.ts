import { describe, expect, it } from 'vitest';
import { decide } from '../decide.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { config, NAMESPACE, robot, SILENT, settled, snapshot, subscription } from '../testing/fixtures.ts';

const granting = (...projects: string[]) =>
  config({ tenancy: { projects: Object.fromEntries(projects.map((project) => [project, [NAMESPACE]])) } });

const CRITERIA = { projects: ['payments', 'later'] };
const sub = (spec: object = {}) => subscription({}, { applications: CRITERIA, ...spec });
const live = (config: Snapshot['config']): Snapshot =>
  settled(snapshot({ robots: [robot()], subscriptions: [sub()], config }));

const keysOf = (before: Snapshot) => decide(before).plan.configMap;

describe('a subscription that has gained a grant', () => {
  it.each([
    ['to one that the criteria name', ['payments', 'later']],
    ['to any other', ['payments', 'any']],
    ['to a pattern', ['payments', 'x-*']],
  ])('%s, keeps its live version while the engine checks the new one, byte for byte', (_, projects) => {
    const before = live(granting('payments'));
    const after = { ...before, config: granting(...projects), answers: SILENT };
    const { plan, writes } = decide(after);
    expect(plan.configMap).toEqual(keysOf(before));
    expect(writes.steps).toEqual([]);
    // The subscription gets its new access once the engine has checked it.
    expect(keysOf({ ...after, answers: before.answers })).not.toEqual(keysOf(before));
  });

  it('that a condition of the subscription names, keeps its live version', () => {
    const spec = {
      applications: { all: true as const },
      events: [{ name: 'own', when: "app.spec.project == 'later'" }],
    };
    const before = settled(
      snapshot({ robots: [robot()], subscriptions: [sub(spec)], config: granting('payments') }),
    );
    const after = { ...before, config: granting('payments', 'later'), answers: SILENT };
    expect(keysOf(after)).toEqual(keysOf(before));
  });

  it('keeps it also where the newest version has a mistake', () => {
    const before = live(granting('payments'));
    const broken = { ...sub({ events: [{ trigger: 'nothing' }] }) };
    const subscriptions = [{ ...broken, metadata: { ...broken.metadata, generation: 2 } }];
    const after = { ...before, config: granting('payments', 'more'), subscriptions };
    expect(keysOf(after)).toEqual(keysOf(before));
  });

  it('that its former criteria name, keeps its live version where the newest one has other criteria and a mistake', () => {
    const before = live(granting('payments'));
    const broken = sub({ applications: { projects: ['other'] }, events: [{ trigger: 'nothing' }] });
    const subscriptions = [{ ...broken, metadata: { ...broken.metadata, generation: 2 } }];
    const after = { ...before, config: granting('payments', 'later'), subscriptions };
    expect(keysOf(after)).toEqual(keysOf(before));
  });
});

describe('a subscription that has lost a grant', () => {
  it.each([
    ['and has gained another', ['later']],
    ['of several', ['payments']],
  ])('%s, loses at once the keys that were compiled with it', (_, projects) => {
    const before = live(granting('payments', 'any'));
    const after = { ...before, config: granting(...projects), answers: SILENT };
    expect(Object.keys(keysOf(after)).filter((key) => key.startsWith('trigger.'))).toEqual([]);
  });
});
