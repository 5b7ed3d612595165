import { expect, it } from 'vitest';
import { decide } from '../decide.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { config, limited, settled } from '../testing/fixtures.ts';
import { outcome, sub, teams } from './testing/teams.ts';

const [OK, REFUSED, KEPT] = ['ok live', 'NamespaceQuotaExceeded', 'NamespaceQuotaExceeded live'];
const { limits } = config();

/** A robot each, and in team-a three subscriptions to different applications. */
const three = (fields: Partial<Snapshot> = {}) =>
  teams({
    subscriptions: [
      sub('team-a', 'x', 2, { names: ['x'] }, 1),
      sub('team-a', 'y', 2, { names: ['y'] }, 2),
      sub('team-a', 'z', 2, { names: ['z'] }, 3),
      sub('team-b', 'x', 2, { names: ['x'] }, 4),
    ],
    ...fields,
  });
const withQuota = (quota: Partial<typeof limits.perNamespace>) =>
  limited({ perNamespace: { ...limits.perNamespace, ...quota } });

/** The keys of one of the subscriptions: triggers and templates of two events. */
const { plan } = decide(three());
const bytesOf = (prefix: string) =>
  Object.entries(plan.configMap)
    .filter(([key]) => key.includes(prefix))
    .reduce((sum, [key, value]) => sum + key.length + Buffer.byteLength(value), 0);
const keysOfOne = Object.keys(plan.configMap).filter((key) => key.includes('dt_team-a_x')).length;

it.each([
  [
    'subscriptions',
    { subscriptions: 2 },
    /may have 2 subscriptions .* no room left for the 1 that this resource needs/,
  ],
  ['keys, of robots too', { keys: 2 + 3 * keysOfOne - 1 }, /keys .* no room left for the \d+ that/],
  ['bytes', { bytes: Math.round(2.8 * bytesOf('dt_team-a_x')) }, /bytes .* no room left for the \d+ that/],
])('bounds the %s of a namespace, and of no other', (_, quota, message) => {
  const before = three({ config: withQuota(quota) });
  expect(outcome(before)).toEqual({
    'team-a/x': OK,
    'team-a/y': OK,
    'team-a/z': REFUSED,
    'team-b/x': OK,
  });
  const refused = decide(before).resolution.subscriptions[2]?.verdict.refusal;
  expect(refused?.message).toMatch(/^Namespace team-a /);
  expect(refused?.message).toMatch(message);
});

it('lets the next one in when somebody leaves', () => {
  const live = settled(three({ config: withQuota({ subscriptions: 2 }) }));
  expect(outcome({ ...live, subscriptions: live.subscriptions.slice(1) })).toMatchObject({
    'team-a/y': OK,
    'team-a/z': OK,
  });
});

it('that is lowered keeps live subscriptions, with edits that do not grow, and admits no growth and no newcomer', () => {
  const live = settled(three());
  const tight = withQuota({ subscriptions: 1, keys: 1, bytes: 1 });
  const everybody = { 'team-a/x': OK, 'team-a/y': OK, 'team-a/z': OK, 'team-b/x': OK };
  expect(outcome({ ...live, config: tight })).toEqual(everybody);
  const with_ = (edited: ReturnType<typeof sub>) => ({
    ...live,
    config: tight,
    subscriptions: [edited, ...live.subscriptions.slice(1)],
  });
  expect(outcome(with_(sub('team-a', 'x', 1, { names: ['x'] }, 1)))).toEqual(everybody);
  expect(outcome(with_(sub('team-a', 'x', 3, { names: ['x'] }, 1)))).toEqual({
    ...everybody,
    'team-a/x': KEPT,
  });
  const newcomer = sub('team-a', 'new', 1, { names: ['n'] }, 9);
  expect(
    outcome({ ...live, config: tight, subscriptions: [...live.subscriptions, newcomer] })['team-a/new'],
  ).toBe(REFUSED);
});

it('counts a subscription that was created again as a newcomer, and not as the one of its name', () => {
  const live = settled(three());
  const config = withQuota({ subscriptions: 1, keys: 1, bytes: 1 });
  const again = live.subscriptions.map((cr, index) =>
    index === 0 ? { ...cr, metadata: { ...cr.metadata, uid: 'ffffffff-0000-4000-8000-000000000001' } } : cr,
  );
  expect(outcome({ ...live, config, subscriptions: again })).toMatchObject({
    'team-a/x': REFUSED,
    'team-a/y': OK,
  });
});
