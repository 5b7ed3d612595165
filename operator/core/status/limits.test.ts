import { expect, it } from 'vitest';
import { crdChecks } from '../../files/crd-check.ts';
import { decide } from '../decide.ts';
import { readLiveState } from '../model/live.ts';
import { robot, settled, snapshot, subscription, team, template } from '../testing/fixtures.ts';
import { statusUpdates } from './statuses.ts';

const checks = await crdChecks();

const longest = (start: string) => start.padEnd(63, 'x');
const each = (count: number, start: string) =>
  Array.from({ length: count }, (_, index) => longest(`${start}${index}-`));

it('the API takes the longest status that there can be, names and messages', () => {
  const [namespace, name] = [longest('ns-'), longest('name-')];
  const robots = each(10, 'robot-').map((other) => ({ namespace: longest('other-'), name: other }));
  const events = each(20, 'event-').map((trigger) => ({ trigger }));
  const before = snapshot({
    robots: [robot({ namespace, name }, { timeZone: 'x'.repeat(64) })],
    templates: [template({ namespace, name }, '{{'.repeat(10_000))],
    subscriptions: [subscription({ namespace, name }, { robots, events })],
  });
  const { resolution, plan, live } = decide(before);
  const updates = statusUpdates(resolution, { snapshot: before, live, plan });
  expect(updates.map(({ cr }) => cr.kind)).toHaveLength(3);
  for (const { cr, patch } of updates) {
    const { resourceVersion, generation, uid, creationTimestamp, ...metadata } = cr.metadata;
    const resource = { ...cr, metadata, status: patch };
    const found = checks[cr.kind as keyof typeof checks].violations(resource);
    expect(found.filter(({ field }) => field.startsWith('status'))).toEqual([]);
  }
  const patches = updates.map(({ patch }) => patch);
  expect(patches).toContainEqual(expect.objectContaining({ service: `dt_${namespace}_${name}` }));
  expect(String(patches.at(-1)?.robotNames)).toHaveLength(1_279);
  expect(String(patches.at(-1)?.eventNames)).toHaveLength(1_279);
});

it('the API accepts the status of live and verified resources', () => {
  const before = settled(snapshot(team()));
  const { resolution, plan } = decide(before);
  const updates = statusUpdates(resolution, { snapshot: before, live: readLiveState(before.target), plan });
  const delivery = { fingerprint: '0'.repeat(8), checkedAt: '2026-11-23T07:00:00Z', errcode: 310_000 };
  for (const { cr, patch } of updates) {
    const { apiVersion, kind, spec } = cr;
    const metadata = { namespace: cr.metadata.namespace, name: cr.metadata.name };
    const status = kind === 'DingTalkRobot' ? { ...patch, delivery } : patch;
    expect(
      checks[kind as keyof typeof checks].violations({ apiVersion, kind, metadata, spec, status }),
    ).toEqual([]);
  }
});
