import { describe, expect, it } from 'vitest';
import { relayRouteName } from '../../api/relay-route.ts';
import { triggerKey } from '../../argocd/names.ts';
import { readTemplate } from '../../argocd/template-value.ts';
import { readWrittenTrigger } from '../../argocd/trigger-value.ts';
import { decide } from '../decide.ts';
import type { GateAnswer } from '../model/engine-api.ts';
import type { Answers } from '../model/inquiry.ts';
import type { Snapshot } from '../model/snapshot.ts';
import {
  ACCEPTING,
  config,
  credentials,
  found,
  NAMESPACE,
  NOW,
  RELAY_URL,
  relayed,
  robot,
  SILENT,
  settled,
  snapshot,
  subscription,
  TOKEN,
  team,
} from '../testing/fixtures.ts';

const ROUTE = relayRouteName(NAMESPACE, 'payments');
const TRIGGER = 'dt_team-payments_payments_on-sync-failed';

const routeOf = (before: Snapshot) => decide(before).plan.routes.get(ROUTE);
const verdictOf = (before: Snapshot) => decide(before).resolution.subscriptions[0]?.verdict;
const subscribed = (before: Snapshot, ...args: Parameters<typeof subscription>): Snapshot => ({
  ...before,
  subscriptions: [subscription(...args)],
});
const edited = { ...subscription().metadata, generation: 2 };
/** An engine that refuses what a decision asks about a text, and accepts all else. */
function refusing(before: Snapshot, text: string): Answers {
  const { questions } = decide({ ...before, answers: SILENT });
  const refused = [...questions].filter(([, { request }]) => JSON.stringify(request).includes(text));
  const keys = new Set(refused.map(([key]) => key));
  const refusal: GateAnswer = { ok: false, errors: [{ message: 'no' }] };
  return { get: (key) => (keys.has(key) ? refusal : ACCEPTING.get(key)) };
}

describe('the route of a subscription', () => {
  it('has the bytes that direct delivery would have', () => {
    const direct = decide(snapshot(team()));
    const ofSubscription = Object.entries(direct.plan.configMap).filter(
      ([key]) => !key.startsWith('service.'),
    );
    const route = routeOf(relayed(team()));
    expect(route?.configMap).toEqual(Object.fromEntries(ofSubscription));
    expect(route?.robots).toEqual([
      {
        namespace: NAMESPACE,
        name: 'payments',
        service: 'dt_team-payments_payments',
        webhook: { name: 'payments-dingtalk', key: 'webhook' },
        signing: { name: 'payments-dingtalk', key: 'secret' },
        locale: 'en',
        timeZone: 'UTC',
        keywords: [],
      },
    ]);
    expect(route?.events).toEqual([
      { name: 'on-sync-failed', trigger: TRIGGER, catalogueName: 'on-sync-failed' },
    ]);
    expect(route?.scope).toEqual({
      open: false,
      projects: ['payments'],
      clusters: [],
      applications: { projects: ['payments'] },
    });
  });

  it('leaves nothing of robot and subscription in the objects of Argo CD', () => {
    const { plan, writes } = decide(relayed(team()));
    expect(JSON.stringify([plan.configMap, plan.secret, writes])).not.toContain(NAMESPACE);
    expect(JSON.stringify([plan, writes])).not.toContain(TOKEN);
  });

  it('is written once, and not again', () => {
    const before = relayed(team());
    expect(decide(before).routes).toEqual({ apply: [{ name: ROUTE, spec: routeOf(before) }], remove: [] });
    const after = settled(before, 3_600_000);
    expect(decide(after).routes).toEqual({ apply: [], remove: [] });
    expect(decide(after).writes.steps).toEqual([]);
    expect(decide(after).questions.size).toBe(0);
  });

  it.each([
    ['the subscription is gone', (s: Snapshot) => ({ ...s, subscriptions: [] })],
    ['the subscription is suspended', (s: Snapshot) => subscribed(s, edited, { suspend: true })],
    ['the robot is gone', (s: Snapshot) => ({ ...s, robots: [] })],
    [
      'the Secret is gone',
      (s: Snapshot) => ({
        ...s,
        credentials: new Map([...s.credentials.keys()].map((key) => [key, { state: 'missing' as const }])),
      }),
    ],
  ])('goes when %s', (_, change) => {
    const after = change(settled(relayed(team())));
    expect(decide(after).routes).toEqual({ apply: [], remove: [ROUTE] });
  });

  it('waits for the engine', () => {
    const decision = decide(relayed({ ...team(), answers: SILENT }));
    expect(decision.plan.routes.size).toBe(0);
    expect(decision.resolution.subscriptions[0]?.verdict.refusal?.reason).toBe('GateUnavailable');
    const asked = [...decision.questions.values()].map(({ request }) => JSON.stringify(request));
    expect(asked.some((each) => each.includes(TRIGGER))).toBe(true);
  });

  it('stays as it is when the engine refuses the newest generation', () => {
    const before = settled(relayed(team()));
    const events = [{ trigger: 'on-deployed' }];
    const newest = subscribed(before, edited, { events });
    const after = { ...newest, answers: refusing(newest, 'payments_on-deployed') };
    expect(decide(after).routes).toEqual({ apply: [], remove: [] });
    expect(verdictOf(after)).toMatchObject({ rollout: 'lastGood', refusal: { reason: 'EngineRefused' } });
    expect(routeOf({ ...after, answers: ACCEPTING })?.subscription.generation).toBe(2);
  });

  it('stays as it is when the newest generation has a mistake', () => {
    const before = settled(relayed(team()));
    const after = subscribed(before, edited, { events: [{ trigger: 'on-nothing' }] });
    expect(decide(after).routes).toEqual({ apply: [], remove: [] });
    expect(verdictOf(after)?.refusal?.reason).toBe('UnknownTrigger');
  });

  it('does not stay without the grant that it was made with', () => {
    const before = settled(relayed(team()));
    const broken = subscribed(before, edited, { events: [{ trigger: 'on-nothing' }] });
    const ungranted = config({
      relay: { url: RELAY_URL },
      robots: { delivery: 'Relay' },
      tenancy: { projects: {} },
    });
    expect(decide({ ...broken, config: ungranted }).routes.remove).toEqual([ROUTE]);
  });

  it('stays while the operator cannot read the Secret, since the relay reads it', () => {
    const before = settled(relayed(team()));
    for (const credentials of [
      new Map(),
      new Map([[`${NAMESPACE}/payments-dingtalk`, { state: 'unreadable' as const, message: 'no' }]]),
    ])
      expect(decide({ ...before, credentials }).routes).toEqual({ apply: [], remove: [] });
  });

  it('comes before new subscriptions where the operator does not read all', () => {
    const before = settled(relayed(team()));
    const { limits } = before.config;
    const perNamespace = { ...limits.perNamespace, resources: 2 };
    const older = subscription({ name: 'older', creationTimestamp: '2020-01-01T00:00:00Z' });
    const after = {
      ...before,
      config: { ...before.config, limits: { ...limits, perNamespace } },
      subscriptions: [older, ...before.subscriptions],
    };
    const refusals = decide(after).resolution.subscriptions.map(({ verdict }) => verdict.refusal?.reason);
    expect(refusals).toEqual(['NamespaceQuotaExceeded', undefined]);
  });

  it('keeps a robot with a mistake as it was', () => {
    const before = settled(relayed(team()));
    const spec = { timeZone: 'Nowhere', locale: 'zh-CN' as const, keywords: ['x'] };
    const after = { ...before, robots: [robot({ generation: 2 }, spec)] };
    expect(decide(after).routes).toEqual({ apply: [], remove: [] });
    expect(decide(after).resolution.robots[0]?.verdict.refusal?.reason).toBe('UnknownTimeZone');
  });

  it('has the new Secret of a robot at once, whatever the subscription', () => {
    const before = settled(relayed(team()));
    const broken = subscribed(before, edited, { events: [{ trigger: 'on-nothing' }] });
    const webhook = { secretKeyRef: { name: 'other', key: 'webhook' } };
    const after = {
      ...broken,
      robots: [robot({ generation: 2 }, { webhook })],
      credentials: new Map([...credentials(), [`${NAMESPACE}/other`, found({ webhook: TOKEN })]]),
    };
    expect(decide(after).routes.apply[0]?.spec).toMatchObject({
      subscription: { generation: 1 },
      robots: [{ webhook: webhook.secretKeyRef }],
    });
  });
});

describe('a subscription to robots of both kinds', () => {
  const robots = [robot({}, { delivery: 'Relay' }), robot({ name: 'second' }, { delivery: 'Direct' })];
  const both = relayed({
    robots,
    subscriptions: [subscription({}, { robots: [{ name: 'payments' }, { name: 'second' }] })],
  });

  it('is split', () => {
    const { plan } = decide(both);
    const template = (data: Readonly<Record<string, string>> | undefined) =>
      Object.keys(readTemplate(data?.[`template.${TRIGGER}`] ?? '')?.webhook ?? {});
    expect(template(plan.configMap)).toEqual(['dt_team-payments_second']);
    expect(template(plan.routes.get(ROUTE)?.configMap)).toEqual(['dt_team-payments_payments']);
    expect(plan.entries[0]?.recipients).toEqual(['dt_team-payments_second']);
    const after = settled(both, 60_000);
    expect(decide(after).writes.steps).toEqual([]);
    expect(decide(after).routes).toEqual({ apply: [], remove: [] });
  });

  it('has one fate: without room for the one part, the other stays, too', () => {
    const before = settled(both);
    const limits = { ...before.config.limits, configMapBytes: 1_000 };
    const full = { ...before, config: { ...before.config, limits } };
    const events = [{ trigger: 'on-sync-failed' }, { trigger: 'on-deployed' }];
    const after = {
      ...full,
      subscriptions: [subscription(edited, { ...both.subscriptions[0]?.spec, events })],
    };
    expect(verdictOf(after)?.refusal?.reason).toBe('TargetFull');
    expect(decide(after).routes).toEqual({ apply: [], remove: [] });
  });
});

describe('the moment from which events count', () => {
  const momentOf = (before: Snapshot) => {
    const { when = '' } = readWrittenTrigger(routeOf(before)?.configMap[triggerKey(TRIGGER)] ?? '') ?? {};
    return /> '([^']+)'/.exec(when)?.[1];
  };
  const first = '2026-11-23T08:00:00Z';
  const hour = 3_600_000;

  it('is that of the live route', () => {
    expect(momentOf(relayed(team()))).toBe(first);
    const after = settled(relayed(team()), hour);
    const events = [{ trigger: 'on-sync-failed' }, { trigger: 'on-deployed' }];
    expect(momentOf(subscribed(after, edited, { events }))).toBe(first);
  });

  it('is that of the live keys for a robot that moves to the relay', () => {
    const direct = settled(snapshot(team()), hour);
    const moved = relayed({
      ...team(),
      now: direct.now,
      serverTime: direct.serverTime,
      target: direct.target,
    });
    // The mark, the route, the keys of the ConfigMap: plan/moves.test.ts has the steps.
    const after = settled(settled(settled(settled(moved))));
    expect(momentOf(after)).toBe(first);
    expect(decide(after).writes.steps).toEqual([]);
  });

  it('is the present one for a further robot', () => {
    const after = settled(relayed(team()), hour);
    const more = { ...after, robots: [robot(), robot({ name: 'second' })] };
    const robots = [{ name: 'payments' }, { name: 'second' }];
    expect(momentOf(subscribed(more, edited, { robots }))).not.toBe(first);
  });

  it('is the present one for a subscription that was deleted and made again', () => {
    const after = settled(relayed(team()), hour);
    const again = { ...subscription().metadata, uid: '12345678-0000-4000-8000-000000000000' };
    expect(momentOf(subscribed(after, again))).toBe(
      new Date(NOW.getTime() + hour).toISOString().replace('.000', ''),
    );
  });
});

it('a robot that cannot be relayed stays a direct one', () => {
  const direct = settled(snapshot(team()));
  const after = { ...direct, robots: [robot({ generation: 2 }, { delivery: 'Relay' })] };
  expect(decide(after).writes.steps).toEqual([]);
  expect(decide(after).plan.routes.size).toBe(0);
  const { verdict } = decide(after).resolution.robots[0] ?? {};
  expect(verdict).toMatchObject({ rollout: 'lastGood', refusal: { reason: 'RelayNotConfigured' } });
});
