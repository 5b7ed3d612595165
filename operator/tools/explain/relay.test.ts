import { beforeEach, describe, expect, it } from 'vitest';
import type { RelayedAnswer } from '../../api/relay-route.ts';
import { routesByName } from '../../cluster/relay-routes.ts';
import { StoredRoutes } from '../../cluster/testing/stored-routes.ts';
import { decide } from '../../core/decide.ts';
import type { Snapshot } from '../../core/model/snapshot.ts';
import {
  config,
  NAMESPACE,
  relayed,
  robot,
  settled,
  snapshot,
  subscription,
  team,
} from '../../core/testing/fixtures.ts';
import type { ClusterView } from './cluster-view.ts';
import { relaySteps } from './relay.ts';
import { relayedEventSteps } from './relayed-event.ts';

const ROBOT = { namespace: NAMESPACE, name: 'payments' };
let stored: StoredRoutes;
beforeEach(() => {
  stored = new StoredRoutes('argocd');
});

function addRoute(name: string, status: object): void {
  const route = stored.add({ namespace: NAMESPACE, name }, status);
  const robots = [{ ...ROBOT }] as never;
  stored.routes.set(route.metadata.name, { ...route, spec: { ...route.spec, robots } });
}

function steps(relayRoutes = true) {
  const routes = routesByName([...stored.routes.values()]);
  const seen = snapshot({ config: config({ relay: { url: 'http://relay:8080' } }) });
  const view = { snapshot: { ...seen, relay: { routes, newCapability: '' } }, sees: { relayRoutes } };
  return relaySteps({ cr: robot() }, view as unknown as ClusterView);
}
const said = (...args: Parameters<typeof steps>) =>
  steps(...args).map(({ verdict, message }) => `${verdict}: ${message}`);
const answer = (at: string, fields: Partial<RelayedAnswer> = {}): RelayedAnswer => ({
  ...{ ...ROBOT, at, reason: 'ok' },
  ...fields,
});

it('a relayed robot is explained by its route, and by DingTalk’s last answer to the relay', () => {
  addRoute('a', { observedGeneration: 1, robots: [answer('2026-11-23T08:00:00Z')] });
  expect(said()).toEqual([
    `ok: the relay has loaded RelayRoute argocd/${NAMESPACE}.a, which has generation 1 of the subscription`,
    "ok: DingTalk accepted the relay's last message, at 2026-11-23T08:00:00Z",
  ]);
});

it('the last answer counts, in whichever route it is, with its meaning and remedy', () => {
  const refused = { reason: 'IPNotAllowed', errcode: 310000, words: 'not in whitelist', ip: '203.0.113.7' };
  const others = { namespace: 'other', name: 'payments', at: '2026-11-23T09:00:00Z', reason: 'TokenUnknown' };
  addRoute('a', { observedGeneration: 1, robots: [answer('2026-11-23T08:02:00Z', refused), others] });
  addRoute('b', { observedGeneration: 1, robots: [answer('2026-11-23T08:01:00Z')] });
  expect(steps().at(-1)).toEqual({
    verdict: 'problem',
    message:
      "DingTalk did not accept the relay's last message, at 2026-11-23T08:02:00Z, IPNotAllowed errcode 310000: not in " +
      'whitelist. The robot accepts messages only from certain IP addresses, and 203.0.113.7 is not one of them',
    hint: expect.stringMatching(/^Add the address to the IP ranges/),
  });
});

it('an answer of a newer relay is shown as it is', () => {
  addRoute('a', {
    observedGeneration: 1,
    robots: [answer('2026-11-23T08:00:00Z', { reason: 'constructor' })],
  });
  expect(said().at(-1)).toBe(
    "problem: DingTalk did not accept the relay's last message, at 2026-11-23T08:00:00Z, constructor",
  );
});

it('a route that the relay has not loaded is a problem', () => {
  addRoute('a', {});
  addRoute('b', { observedGeneration: 0 });
  expect(said()).toEqual([
    `problem: RelayRoute argocd/${NAMESPACE}.a has generation 1, and the relay has not loaded it`,
    `problem: RelayRoute argocd/${NAMESPACE}.b has generation 1, and the relay has loaded 0`,
    'unknown: the relay has not reported an answer of DingTalk yet',
  ]);
});

it('names no more than ten routes', () => {
  for (let index = 0; index < 12; index++) addRoute(`s${index}`, { observedGeneration: 1 });
  expect(said()).toHaveLength(12);
  expect(said().at(-2)).toBe('ok: 2 more RelayRoutes of argocd send to the robot');
});

it('nothing is claimed about routes that do not exist, or that the caller may not read', () => {
  expect(said()).toEqual(['warning: no RelayRoute of argocd sends to the robot']);
  expect(said(false)).toEqual([
    'unknown: the relay sends to the robot; you may not read the RelayRoutes of argocd',
  ]);
});

describe('an event of a relayed subscription', () => {
  const view = (before: Snapshot, sees: Partial<ClusterView['sees']> = {}) =>
    ({
      snapshot: before,
      decision: decide(before),
      presence: { state: 'none', detail: 'nobody holds it' },
      sees: { configMap: true, relayRoutes: true, settings: true, grants: true, ...sees },
    }) as unknown as ClusterView;
  const eventSteps = (...args: Parameters<typeof view>) =>
    relayedEventSteps('on-sync-failed', subscription(), view(...args)).map(
      ({ verdict, message }) => `${verdict}: ${message}`,
    );
  const live = settled(relayed(team()));
  const ROUTE = `RelayRoute argocd/${NAMESPACE}.payments`;
  const POSTED =
    'ok: subscriptions sends dt__on-sync-failed to the relay, and the relay decides about which Applications';

  it('is in its route, and posted to the relay', () => {
    expect(eventSteps(live)).toEqual([`ok: ${ROUTE} has the event for the relay`, POSTED]);
    expect(eventSteps(settled(snapshot(team())))).toEqual([]);
  });

  it('is lost where the route or the keys are missing or different', () => {
    expect(eventSteps(relayed(team()))).toEqual([
      `problem: there is no ${ROUTE}`,
      'problem: ConfigMap argocd/argocd-notifications-cm has no key trigger.dt__on-sync-failed',
    ]);
    const edited = { ...live, subscriptions: [subscription({ generation: 2 })] };
    expect(eventSteps(edited)[0]).toBe(`problem: ${ROUTE} differs from the plan`);
    expect(eventSteps(edited, { grants: false })[0]).toMatch(
      /^unknown: .* differs from the plan; this command does not know/,
    );
    const { subscriptions: _, ...data } = live.target.configMap?.data ?? {};
    const silent = { ...live, target: { ...live.target, configMap: { ...live.target.configMap, data } } };
    expect(eventSteps(silent as Snapshot)[1]).toBe(
      'problem: subscriptions has no entry that sends dt__on-sync-failed to the relay',
    );
  });

  it('with an own condition is posted by a trigger of its own', () => {
    const own = subscription({}, { events: [{ name: 'own', when: 'true' }] });
    const seen = view(settled(relayed({ ...team(), subscriptions: [own] })));
    expect(relayedEventSteps('own', own, seen).map(({ message }) => message)).toEqual([
      `${ROUTE} has the event for the relay`,
      expect.stringContaining(`sends dt_${NAMESPACE}_payments_own_relay to the relay`),
    ]);
  });

  it('is not judged by what the caller may not read', () => {
    expect(eventSteps(live, { relayRoutes: false, configMap: false })).toEqual([
      `unknown: ${ROUTE} has the event for the relay; you may not read it`,
      'unknown: trigger.dt__on-sync-failed in ConfigMap argocd/argocd-notifications-cm: you may not read the ConfigMap',
    ]);
  });
});
