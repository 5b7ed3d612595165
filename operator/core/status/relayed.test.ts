import { describe, expect, it } from 'vitest';
import type { Condition } from '../../api/kinds.ts';
import { type RelayedAnswer, type RelayRoute, relayRouteName } from '../../api/relay-route.ts';
import { decide } from '../decide.ts';
import { deliveryChecks } from '../delivery/checks.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { NAMESPACE, relayed, robot, settled, snapshot, subscription, team } from '../testing/fixtures.ts';
import { brief, statusOf } from './testing/status-of.ts';

const ROUTE = relayRouteName(NAMESPACE, 'payments');

/** The snapshot with another status of its route, or another route. */
function withRoute(before: Snapshot, change: (route: RelayRoute) => Partial<RelayRoute>): Snapshot {
  const routes = [...(before.relay?.routes.values() ?? [])].map((route) => ({ ...route, ...change(route) }));
  return relayed({
    ...before,
    relay: { newCapability: '', routes: new Map(routes.map((each) => [each.metadata.name, each])) },
  });
}

const live = settled(relayed(team()));

describe('the status of a subscription to a relayed robot', () => {
  it('is merged when the relay has loaded its route', () => {
    const status = statusOf('NotificationSubscription', live);
    expect(brief(status)).toEqual({
      Ready: 'True/Ready',
      Accepted: 'True/Accepted',
      Merged: 'True/Merged',
    });
    expect(status).toMatchObject({
      liveGeneration: 1,
      mergedKeys: 0,
      mergedBytes: 0,
      installation: 'argocd',
    });
  });

  it.each([undefined, {}, { observedGeneration: 0 }])('awaits the relay that reports %j', (status) => {
    const before = withRoute(live, (route) => {
      const { status: _, ...rest } = route;
      return status === undefined ? ({ ...rest, status: undefined } as never) : { status };
    });
    expect(brief(statusOf('NotificationSubscription', before))).toMatchObject({
      Ready: 'False/AwaitsRelay',
      Merged: 'False/AwaitsRelay',
    });
  });

  it('is pending until the route is written', () => {
    const before = { ...relayed(team()), target: live.target };
    expect(brief(statusOf('NotificationSubscription', before))).toMatchObject({ Merged: 'False/Pending' });
    const why = { reason: 'WriteFailed', message: 'no' } as const;
    const unwrittenRoutes = new Map([[ROUTE, why]]);
    expect(brief(statusOf('NotificationSubscription', before, { unwrittenRoutes }))).toMatchObject({
      Merged: 'False/WriteFailed',
    });
  });

  it('is pending until Argo CD posts its events', () => {
    const { configMap } = live.target;
    const data = { ...configMap?.data };
    delete data.subscriptions;
    const before = { ...live, target: { ...live.target, configMap: { ...configMap, data } } } as Snapshot;
    expect(brief(statusOf('NotificationSubscription', before))).toMatchObject({ Merged: 'False/Pending' });
    const blocked = { reason: 'SharedKeyOwned', message: 'no' } as const;
    expect(brief(statusOf('NotificationSubscription', before, { blocked }))).toMatchObject({
      Merged: 'False/SharedKeyOwned',
    });
  });

  it('tells which generation the relay goes on with', () => {
    const newest = subscription({ generation: 2 }, { events: [{ trigger: 'on-nothing' }] });
    const status = statusOf('NotificationSubscription', { ...live, subscriptions: [newest] });
    expect(brief(status)).toMatchObject({
      Accepted: 'False/UnknownTrigger',
      Merged: 'False/PreviousVersionLive',
    });
    expect(status).toMatchObject({ liveGeneration: 1 });
  });

  it('is pending after a suspension until its route is gone', () => {
    const before = { ...live, subscriptions: [subscription({ generation: 2 }, { suspend: true })] };
    expect(brief(statusOf('NotificationSubscription', before))).toMatchObject({ Merged: 'False/Pending' });
    expect(brief(statusOf('NotificationSubscription', settled(before)))).toMatchObject({
      Merged: 'False/Suspended',
    });
  });

  it('needs both of its parts', () => {
    const robots = [robot({}, { delivery: 'Relay' }), robot({ name: 'second' }, { delivery: 'Direct' })];
    const both = relayed({
      robots,
      subscriptions: [subscription({}, { robots: [{ name: 'payments' }, { name: 'second' }] })],
    });
    const reasonAt = (before: Snapshot) => brief(statusOf('NotificationSubscription', before)).Merged;
    expect(reasonAt(settled(both))).toBe('True/Merged');
    expect(reasonAt({ ...settled(both), relay: both.relay as never })).toBe('False/Pending');
    expect(reasonAt({ ...settled(both), target: both.target })).toBe('False/Pending');
    expect(reasonAt(withRoute(settled(both), () => ({ status: {} })))).toBe('False/AwaitsRelay');
  });
});

describe('the status of a relayed robot', () => {
  const answered = (...answers: Partial<RelayedAnswer>[]): Snapshot => {
    const names = ['payments', 'other'];
    const many = settled(
      relayed({ robots: [robot()], subscriptions: names.map((name) => subscription({ name })) }),
    );
    let next = 0;
    return withRoute(many, () => {
      const answer = answers[next++];
      const base = { namespace: NAMESPACE, name: 'payments', at: '2026-11-23T08:00:00Z', reason: 'ok' };
      return { status: answer ? { robots: [{ ...base, ...answer }] } : {} };
    });
  };
  const deliveringOf = (before: Snapshot) =>
    (statusOf('DingTalkRobot', before) as unknown as Record<string, Condition>).Delivering;

  it('has no signature, and is not delivering before the first answer', () => {
    const status = statusOf('DingTalkRobot', live);
    expect(brief(status)).toEqual({
      Ready: 'True/Ready',
      Accepted: 'True/Accepted',
      Merged: 'True/Merged',
      Delivering: 'Unknown/NotVerified',
    });
    expect(status).not.toHaveProperty('signedUntil');
  });

  it.each([
    [[{ reason: 'ok' }], 'True', 'Delivering', "DingTalk accepted the relay's last message."],
    [
      [{ reason: 'TokenUnknown', errcode: 300_005, words: 'token is not exist' }],
      'False',
      'TokenUnknown',
      /^DingTalk knows no custom robot with this access token \(errcode 300005: token is not exist\)\. Copy/,
    ],
    [[{ reason: 'IPNotAllowed', ip: '1.2.3.4' }], 'False', 'IPNotAllowed', /1\.2\.3\.4/],
    [[{ reason: 'constructor' }], 'Unknown', 'NotVerified', /does not know/],
    [
      [{ reason: 'Unreachable', at: '2026-11-23T08:00:09Z' }, { at: '2026-11-23T08:00:08Z' }],
      'False',
      'Unreachable',
      /did not answer/,
    ],
    [
      [{ reason: 'Unreachable', at: '2026-11-23T08:00:08Z' }, { at: '2026-11-23T08:00:09Z' }],
      'True',
      'Delivering',
      /accepted/,
    ],
    [[{ reason: 'Unreachable', at: 'never' }, {}], 'True', 'Delivering', /accepted/],
    [[{ name: 'another', reason: 'Unreachable' }], 'Unknown', 'NotVerified', /not reported/],
  ])('says of the answers %j: %s, %s', (answers, status, reason, message) => {
    expect(deliveringOf(answered(...answers))).toMatchObject({
      status,
      reason,
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['all work', [{}, { member: 1 }], 'True/Delivering', /accepted/],
    [
      'one fails',
      [{}, { member: 1, reason: 'TokenUnknown' }],
      'False/TokenUnknown',
      /^The robot of spec\.pool\[1\] fails\. /,
    ],
    [
      'the first fails',
      [{ reason: 'IPNotAllowed' }, { member: 0 }],
      'False/IPNotAllowed',
      /^The robot of spec\.webhook fails\. /,
    ],
    [
      'one has worked since it failed',
      [{ member: 0, reason: 'TokenUnknown', at: '2026-11-23T07:59:00Z' }, { member: 0 }],
      'True/Delivering',
      /accepted/,
    ],
    [
      'one failed that is in the pool no longer',
      [{}, { member: 2, reason: 'TokenUnknown' }],
      'True/Delivering',
      /accepted/,
    ],
  ] as const)('of a pool in which %s', (_, answers, expected, message) => {
    const pool = ['second', 'third'].map((name) => ({ webhook: { secretKeyRef: { name, key: 'w' } } }));
    const before = answered(...answers);
    const pooled = { ...before, robots: [robot({}, { ...before.robots[0]?.spec, pool })] };
    const { status, reason, message: said } = deliveringOf(pooled) as Condition;
    expect(`${status}/${reason}`).toBe(expected);
    expect(said).toMatch(message);
  });

  it('is pending until the keys of direct delivery are gone', () => {
    const direct = settled(snapshot(team()));
    const moved = relayed({ ...team(), target: direct.target });
    expect(brief(statusOf('DingTalkRobot', moved)).Merged).toBe('False/Pending');
    const after = settled(settled(settled(settled(moved))));
    expect(brief(statusOf('DingTalkRobot', after)).Merged).toBe('True/Merged');
  });

  it('gets no test message', () => {
    expect(deliveryChecks(decide(live).resolution.robots, live)).toEqual([]);
    const direct = snapshot(team());
    expect(deliveryChecks(decide(direct).resolution.robots, direct)).toHaveLength(1);
  });
});
