import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { RelayRoute } from '../../api/relay-route.ts';
import { serviceKey, templateKey, triggerKey } from '../../argocd/names.ts';
import { routeSpec } from '../../cluster/testing/stored-routes.ts';
import { decide } from '../../core/decide.ts';
import { giteeConfig } from '../../core/gitee/testing/installation.ts';
import type { Snapshot } from '../../core/model/snapshot.ts';
import {
  credentials,
  found,
  giteeSubscription,
  liveObject,
  NAMESPACE,
  relayed,
  robot,
  SECRET,
  settled,
  snapshot,
  subscription,
  team,
} from '../../core/testing/fixtures.ts';
import { sentTemplates } from '../../files/sent-templates.ts';
import { type Difference, differenceOf } from './difference.ts';

const SERVICE = `dt_${NAMESPACE}_payments`;
const event = (name: string) => `${SERVICE}_${name}`;
const foreign = { subscriptions: '- recipients: [slack:x] # theirs\n', 'service.slack': 'x' };
const target = { configMap: liveObject(foreign), secret: liveObject() };
/** A minute later, so that moments differ. */
const live = settled(snapshot({ ...team(), target }), 60_000);

const from = (before: Snapshot, fields: Partial<Snapshot>): Difference =>
  differenceOf(decide(before), decide({ ...before, ...fields }), before);
const keysOf = ({ configMap, secret }: Difference) => [...configMap, ...secret].map(({ key }) => key);

it('is none between a cluster and itself, also when signatures are due', () => {
  const nothing = { configMap: [], secret: [], routes: 0, triggers: [], repeats: [] };
  expect(from(live, {})).toEqual(nothing);
  const later = { ...live, now: new Date(live.now.getTime() + 3_000_000) };
  expect(decide(later).writes.steps.length).toBeGreaterThan(0);
  expect(from(later, {})).toEqual(nothing);
});

it('has all that a new team brings, and nothing of others', () => {
  const difference = from(snapshot({ target }), team());
  expect(keysOf(difference)).toEqual([
    serviceKey(SERVICE),
    'subscriptions',
    templateKey(event('on-sync-failed')),
    triggerKey(event('on-sync-failed')),
    SERVICE,
  ]);
  expect(difference.configMap[1]).toMatchObject({ before: foreign.subscriptions });
  expect(difference.triggers).toEqual([{ trigger: event('on-sync-failed'), recipients: [SERVICE] }]);
});

it('compares a trigger that is retained although somebody has edited it by hand', () => {
  const key = triggerKey(event('on-sync-failed'));
  const data = { ...live.target.configMap?.data };
  data[key] = stringify(JSON.parse(data[key] ?? ''));
  const broken = subscription({ generation: 2 }, { events: [{ trigger: 'nonsense' }] });
  const edited = {
    ...live,
    subscriptions: [broken],
    target: { ...live.target, configMap: liveObject(data, Object.keys(data)) },
  };
  expect(decide(edited).plan.configMap[key]).toBe(data[key]);
  expect(from(edited, {})).toEqual({ configMap: [], secret: [], routes: 0, triggers: [], repeats: [] });
  expect(sentTemplates(decide(edited).plan, event('on-sync-failed'))).toEqual([event('on-sync-failed')]);
});

it('has what goes, which notifies nobody', () => {
  const difference = from(live, { subscriptions: [] });
  expect(difference.configMap.map(({ key, after }) => [key, after])).toEqual([
    ['subscriptions', foreign.subscriptions],
    [templateKey(event('on-sync-failed')), undefined],
    [triggerKey(event('on-sync-failed')), undefined],
  ]);
  expect(difference).toMatchObject({ secret: [], routes: 0, triggers: [], repeats: [] });
});

it('knows a trigger whose condition changes, and one that only says who made it', () => {
  const edited = (applications: object) => ({
    subscriptions: [subscription({ generation: 2 }, { applications })],
  });
  const same = from(live, edited({ projects: ['payments'] }));
  expect(keysOf(same)).toContain(triggerKey(event('on-sync-failed')));
  expect(same.triggers).toEqual([]);
  const other = from(live, edited({ all: true }));
  expect(other.triggers).toEqual([{ trigger: event('on-sync-failed'), recipients: [SERVICE] }]);
});

it('knows a further event of a subscription', () => {
  const events = [{ trigger: 'on-sync-failed' }, { trigger: 'on-deployed' }];
  const { triggers } = from(live, { subscriptions: [subscription({ generation: 2 }, { events })] });
  expect(triggers).toEqual([{ trigger: event('on-deployed'), recipients: [SERVICE] }]);
});

it('knows a further robot', () => {
  const robots = [robot(), robot({ name: 'second' })];
  const to = { robots: [{ name: 'payments' }, { name: 'second' }] };
  const { triggers } = from(live, { robots, subscriptions: [subscription({ generation: 2 }, to)] });
  // A further recipient gives the trigger a new moment to count from, and so another condition.
  expect(triggers).toEqual([
    { trigger: event('on-sync-failed'), recipients: [SERVICE, `dt_${NAMESPACE}_second`] },
  ]);
});

it('knows a token that was rotated', () => {
  const [key] = [...credentials().keys()] as [string];
  const rotated = new Map([[key, found({ webhook: 'ffff'.repeat(16), secret: SECRET })]]);
  const difference = from(live, { credentials: rotated });
  expect(difference).toMatchObject({ configMap: [], secret: [{ key: SERVICE }], triggers: [] });
});

it('counts the RelayRoutes that come, change or go', () => {
  const route = (name: string) => [name, { spec: routeSpec('a', name) }] as unknown as [string, RelayRoute];
  const relay = { routes: new Map([route('stays'), route('changes'), route('goes')]), newCapability: '' };
  const before = { ...decide(live), routes: { apply: [], remove: [] } };
  const edited = { ...routeSpec('a', 'changes'), configMap: { a: 'b' } };
  const apply = [
    { name: 'changes', spec: edited },
    { name: 'new', spec: routeSpec('a', 'new') },
  ];
  const after = { ...before, routes: { apply, remove: ['goes'] } };
  expect(differenceOf(before, after, { target: live.target, relay }).routes).toBe(3);
  // What the operator is about to do in both cases is no difference.
  expect(differenceOf(after, after, { target: live.target, relay }).routes).toBe(0);
  expect(differenceOf(after, before, { target: live.target, relay }).routes).toBe(3);
});

it('counts the routes of subscriptions to Gitee', () => {
  const before = relayed({ config: giteeConfig(), robots: [robot()], target });
  const subscriptions = [giteeSubscription()];
  expect(from(before, { subscriptions })).toMatchObject({ configMap: [], routes: 1, triggers: [] });
  const settledThere = settled({ ...before, subscriptions });
  expect(from(settledThere, {})).toMatchObject({ routes: 0 });
  expect(from(settledThere, { subscriptions: [] })).toMatchObject({ configMap: [], routes: 1 });
});
