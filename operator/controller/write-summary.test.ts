import { expect, it } from 'vitest';
import { decide } from '../core/decide.ts';
import type { Snapshot } from '../core/model/snapshot.ts';
import {
  NAMESPACE,
  settled,
  snapshot,
  subscription,
  TOKEN,
  team,
  unsigned,
} from '../core/testing/fixtures.ts';
import { writeSummary } from './write-summary.ts';

const summaryOf = (before: Snapshot) => writeSummary(decide(before).writes.steps, before.target);
const MINUTE = 60_000;

it('of a new team names its resources, and counts the keys', () => {
  expect(summaryOf(snapshot(team()))).toEqual({
    // A service, a trigger and a template; the URL.
    configMap: { set: 3, removed: 0 },
    secret: { set: 1, removed: 0 },
    subscriptions: true,
    resources: [`${NAMESPACE}/payments`],
  });
});

it('of an edit is about the edit alone', () => {
  const other = subscription({ name: 'other' });
  const live = settled(snapshot({ ...team(), subscriptions: [subscription(), other] }));
  const metadata = { ...other.metadata, generation: 2 };
  const edited = {
    ...other,
    metadata,
    spec: { ...other.spec, events: [{ trigger: 'on-deployed' as const }] },
  };
  expect(summaryOf({ ...live, subscriptions: [subscription(), edited] })).toMatchObject({
    configMap: { set: 2, removed: 2 },
    resources: [`${NAMESPACE}/other`],
  });
});

it('of a renewal counts the URLs, and of a removal the keys that go', () => {
  const live = settled(snapshot(team()), 30 * MINUTE);
  expect(summaryOf(live)).toEqual({ secret: { set: 1, removed: 0 }, resources: [`${NAMESPACE}/payments`] });
  expect(summaryOf({ ...live, robots: [], subscriptions: [] })).toEqual({
    configMap: { set: 0, removed: 3 },
    secret: { set: 0, removed: 1 },
    subscriptions: true,
    resources: [`${NAMESPACE}/payments`],
  });
});

it('names a few resources only, and holds no value of a key', () => {
  const robots = Array.from({ length: 8 }, (_, index) => unsigned({ name: `robot-${index}` }));
  const summary = summaryOf(snapshot({ robots }));
  expect(summary).toMatchObject({ configMap: { set: 8 }, secret: { set: 8 }, more: 3 });
  expect(summary.resources).toHaveLength(5);
  expect(JSON.stringify(summary)).not.toContain(TOKEN);
});
