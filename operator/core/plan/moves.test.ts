import { describe, expect, it } from 'vitest';
import { type RelayRouteStatus, relayRouteName } from '../../api/relay-route.ts';
import { directMark } from '../../argocd/direct-marks.ts';
import { sinceIn } from '../../argocd/moment.ts';
import { RELAY_SERVICE, serviceKey, triggerKey } from '../../argocd/names.ts';
import { directMarksIn } from '../../argocd/service-value.ts';
import { decide } from '../decide.ts';
import type { Snapshot } from '../model/snapshot.ts';
import {
  NAMESPACE,
  relayed,
  robot,
  SILENT,
  settled,
  snapshot,
  subscription,
  team,
} from '../testing/fixtures.ts';

const SERVICE = 'dt_team-payments_payments';
const TRIGGER = triggerKey(`${SERVICE}_on-sync-failed`);
const POSTED = triggerKey('dt__on-sync-failed');
const ROUTE = relayRouteName(NAMESPACE, 'payments');
const MARK = directMark('team-payments/payments', SERVICE);
const SECOND = 1_000;

const data = ({ target }: Snapshot) => target.configMap?.data ?? {};
const marksOf = (now: Snapshot) => [...directMarksIn(data(now)[serviceKey(RELAY_SERVICE)] ?? '')];
const routedTo = ({ relay }: Snapshot) =>
  relay?.routes.get(ROUTE)?.spec.robots.map(({ service }) => service) ?? [];
const urlOf = ({ target }: Snapshot) => target.secret?.data[SERVICE];
const momentOf = (text = '') => sinceIn(text);
/** What tells of the events now: by Argo CD, by a route, and what is left to Argo CD. */
const state = (now: Snapshot) => ({
  direct: TRIGGER in data(now),
  routed: routedTo(now).length > 0,
  marks: marksOf(now).map(([mark, moment]) => [mark === MARK, moment]),
});

/** An hour after the robots became live, their delivery is another one. */
const direct = settled(snapshot(team()), 3_600 * SECOND);
const toRelay = (before: Snapshot = direct): Snapshot => ({
  ...before,
  config: relayed().config,
  robots: before.robots.map(({ spec }) => robot({ generation: 2 }, { ...spec, delivery: 'Relay' })),
  relay: before.relay ?? { routes: new Map(), newCapability: 'capability' },
});
const toDirect = (before: Snapshot): Snapshot => ({
  ...before,
  robots: before.robots.map(({ spec }) => robot({ generation: 3 }, { ...spec, delivery: 'Direct' })),
});
const steps = (before: Snapshot, count: number): Snapshot =>
  count === 0 ? before : steps(settled(before, SECOND), count - 1);
const later = (now: Snapshot, seconds: number): Snapshot => {
  const serverTime = new Date(now.serverTime.getTime() + seconds * SECOND);
  return { ...now, serverTime, now: serverTime };
};
/** What the relay reports. */
function reporting(now: Snapshot, status: RelayRouteStatus): Snapshot {
  const routes = [...(now.relay?.routes ?? [])].map(([name, route]) => [name, { ...route, status }] as const);
  return { ...now, relay: { newCapability: '', routes: new Map(routes) } };
}

it('without a relay, nothing of a resource is changed', () => {
  const before = snapshot(team());
  expect(decide(before).plan).toEqual(decide(relayed({ ...team(), config: before.config })).plan);
  expect(decide(before).plan.renewAt).toEqual(decide(direct).plan.renewAt && expect.anything());
});

describe('a robot that moves to the relay', () => {
  it('is Argo CD’s until the relay has its route', () => {
    const moved = toRelay();
    expect(state(moved)).toEqual({ direct: true, routed: false, marks: [] });
    expect(state(steps(moved, 1))).toEqual({ direct: true, routed: false, marks: [[true, 0]] });
    expect(state(steps(moved, 2))).toEqual({ direct: true, routed: true, marks: [[true, 0]] });
    expect(POSTED in data(steps(moved, 2))).toBe(false);
    const posted = steps(moved, 3);
    expect(state(posted)).toEqual({ direct: true, routed: true, marks: [[true, 0]] });
    expect([POSTED in data(posted), urlOf(posted) !== undefined]).toEqual([true, true]);
    const [write, ...others] = decide(posted).writes.steps;
    // In one write, the triggers and the mark go. Then the entry goes, and at last the URL.
    expect(write).toMatchObject({
      kind: 'apply',
      object: 'ConfigMap',
      stale: expect.arrayContaining([TRIGGER]),
    });
    expect(JSON.stringify(write)).not.toContain('X-Told-Directly');
    expect(others.map((each) => ('object' in each ? each.object : each.kind))).toEqual([
      'subscriptions',
      'Secret',
    ]);
    const after = steps(moved, 4);
    expect(state(after)).toEqual({ direct: false, routed: true, marks: [] });
    expect(urlOf(after)).toBeUndefined();
    expect(decide(after).writes.steps).toEqual([]);
  });

  it('keeps the moment from which its events count, and is posted what happened a little before', () => {
    const after = steps(toRelay(), 4);
    const { configMap } = after.relay?.routes.get(ROUTE)?.spec ?? {};
    expect(momentOf(configMap?.[TRIGGER])).toBe(momentOf(data(direct)[TRIGGER]));
    expect(configMap?.[TRIGGER]).toBe(data(direct)[TRIGGER]);
    expect(momentOf(data(after)[POSTED])).toBe('2026-11-23T08:50:02Z');
  });

  it.each([
    ['nothing', {}],
    ['an older generation', { observedGeneration: 0 }],
    ['a generation that there is not yet', { observedGeneration: 99 }],
  ])('stays Argo CD’s for ever while the relay reports %s', (_, status) => {
    let now = steps(toRelay(), 2);
    for (let count = 0; count < 5; count++) {
      now = reporting(later(now, 3_600), status);
      expect(
        decide(now).writes.steps.filter((step) => 'object' in step && step.object === 'ConfigMap'),
      ).toEqual([]);
      now = settled(now);
      expect(state(now)).toEqual({ direct: true, routed: true, marks: [[true, 0]] });
    }
    expect(POSTED in data(now)).toBe(false);
    expect(state(steps(reporting(now, { observedGeneration: 1 }), 2)).direct).toBe(false);
  });

  it('stays Argo CD’s if Argo CD does not post its events', () => {
    const now = steps(toRelay(), 3);
    const { [POSTED]: _, ...others } = data(now);
    const { configMap } = now.target;
    const without = {
      ...now,
      target: { ...now.target, configMap: configMap && { ...configMap, data: others } },
    };
    expect(TRIGGER in decide(without).plan.configMap).toBe(true);
  });

  it('may turn back at any step', () => {
    for (const count of [1, 2, 3]) {
      const back = steps(toDirect(steps(toRelay(), count)), 3);
      expect(state(back)).toMatchObject({ direct: true, routed: false });
      expect(data(back)[TRIGGER]).toBe(data(direct)[TRIGGER]);
      const done = steps(later(back, 6_000), 2);
      expect(Object.keys(data(done)).sort()).toEqual(Object.keys(data(direct)).sort());
    }
  });

  it('stays Argo CD’s with the last good version of a subscription', () => {
    const broken = subscription({ generation: 2 }, { events: [{ trigger: 'on-nothing' as never }] });
    const waiting = steps(toRelay({ ...direct, subscriptions: [broken] }), 4);
    expect(state(waiting)).toEqual({ direct: true, routed: false, marks: [[true, 0]] });
    expect(data(waiting)[TRIGGER]).toBe(data(direct)[TRIGGER]);
    const mended = steps({ ...waiting, subscriptions: [subscription({ generation: 3 })] }, 4);
    expect(state(mended)).toEqual({ direct: false, routed: true, marks: [] });
  });

  it('leaves the other robots of its subscription to Argo CD', () => {
    const robots = [robot(), robot({ name: 'second' })];
    const both = subscription({}, { robots: [{ name: 'payments' }, { name: 'second' }] });
    const before = settled(snapshot({ robots, subscriptions: [both] }), 3_600 * SECOND);
    const [first, second] = robots as [(typeof robots)[0], (typeof robots)[0]];
    const one = {
      ...toRelay(before),
      robots: [
        robot({ generation: 2 }, { ...first.spec, delivery: 'Relay' }),
        { ...second, spec: { ...second.spec, delivery: 'Direct' as const } },
      ],
    };
    const after = steps(one, 4);
    expect(routedTo(after)).toEqual([SERVICE]);
    expect(data(after)[TRIGGER]).toBe(data(before)[TRIGGER]);
    expect(data(after).subscriptions).not.toContain(`${SERVICE}"`);
    expect(data(after).subscriptions).toContain('dt_team-payments_second');
  });
});

describe('a robot that comes back from the relay', () => {
  const there = steps(toRelay(), 4);

  it('is told of events by their time', () => {
    const now = toDirect(there);
    const moment = now.serverTime.getTime() / SECOND + 22;
    const first = steps(now, 1);
    expect(state(first)).toEqual({ direct: true, routed: true, marks: [] });
    expect(Date.parse(momentOf(data(first)[TRIGGER]) ?? '') / SECOND).toBe(moment);
    const both = { direct: true, routed: true, marks: [[true, moment]] };
    expect(state(steps(now, 2))).toEqual(both);
    expect(decide(steps(now, 2)).plan.renewAt?.getTime()).toBe((moment + 300) * SECOND);
    expect(state(steps(later(steps(now, 2), 310), 1))).toEqual(both);
    const alone = { direct: true, routed: false, marks: [[true, moment]] };
    expect(state(steps(later(steps(now, 2), 330), 1))).toEqual(alone);
    const done = steps(later(steps(now, 2), 4_300), 2);
    expect(state(done)).toEqual({ direct: true, routed: false, marks: [] });
    expect(Object.keys(data(done)).sort()).toEqual(Object.keys(data(direct)).sort());
  });

  it('may go to the relay again at once, with the route that is there', () => {
    const again = toRelay(steps(toDirect(there), 2));
    expect(state(steps(again, 1))).toEqual({ direct: false, routed: true, marks: [] });
    expect(steps(again, 1).relay).toEqual(there.relay);
  });

  it.each([
    ['its Secret is not read yet', { credentials: new Map() }],
    ['the engine has not answered', { answers: SILENT }],
  ])('keeps the relay while %s', (_, fields) => {
    const now = { ...toDirect(there), ...fields };
    expect(decide(now).routes).toEqual({ apply: [], remove: [] });
    const later = { ...steps(now, 2), answers: there.answers, credentials: there.credentials };
    expect(state(later)).toEqual({ direct: false, routed: true, marks: [] });
    expect(state(steps(later, 1))).toEqual({ direct: true, routed: true, marks: [] });
  });

  it('keeps the relay while there is no room for it', () => {
    const { limits } = there.config;
    const full = { ...there, config: { ...there.config, limits: { ...limits, configMapBytes: 100 } } };
    const now = steps(toDirect(full), 3);
    expect(state(now)).toEqual({ direct: false, routed: true, marks: [] });
    expect(state(steps({ ...now, config: there.config }, 2))).toMatchObject({ direct: true, routed: true });
  });

  it('keeps the last good version of a subscription, by the relay', () => {
    const broken = subscription({ generation: 2 }, { events: [{ trigger: 'on-nothing' as never }] });
    const now = steps(toDirect({ ...there, subscriptions: [broken] }), 3);
    expect(state(now)).toEqual({ direct: false, routed: true, marks: [] });
    const mended = { ...now, subscriptions: [subscription({ generation: 3 })] };
    expect(state(steps(mended, 1))).toMatchObject({ direct: true, routed: true });
  });
});
