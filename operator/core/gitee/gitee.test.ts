import { describe, expect, it } from 'vitest';
import type { GiteeSubscription } from '../../api/kinds.ts';
import type { GiteeRouteSpec } from '../../api/relay-route.ts';
import { decide, questionsAbout } from '../decide.ts';
import type { Snapshot } from '../model/snapshot.ts';
import {
  giteeSubscription,
  NAMESPACE,
  relayed,
  robot,
  SECRET,
  SILENT,
  settled,
  TOKEN,
} from '../testing/fixtures.ts';
import { staleParts } from '../testing/fresh.ts';
import { giteeConfig } from './testing/installation.ts';

const ROUTE = `${NAMESPACE}.gitee`;
const KEY = `${NAMESPACE}/gitee`;

/** An installation with a door for Gitee, a robot, and this subscription. */
const installation = (subscription: GiteeSubscription, fields: Partial<Snapshot> = {}): Snapshot =>
  relayed({ config: giteeConfig(), robots: [robot()], subscriptions: [subscription], ...fields });

const verdictIn = (snapshot: Snapshot) => decide(snapshot).resolution.gitee[0]?.verdict;
const routeIn = (snapshot: Snapshot): GiteeRouteSpec | undefined =>
  decide(snapshot).plan.giteeRoutes.get(ROUTE);

/** The same snapshot with a newer generation of the subscription. */
function edited(before: Snapshot, spec: Parameters<typeof giteeSubscription>[1]): Snapshot {
  return { ...before, subscriptions: [giteeSubscription({ generation: 2 }, spec)] };
}

describe('a subscription to a Gitee repository', () => {
  it('gets a route and a hook, and nothing of it is in the objects of Argo CD', () => {
    const snapshot = installation(
      giteeSubscription(
        {},
        {
          gitee: { branches: ['main'], tags: ['v*'] },
          events: [
            { trigger: 'gitee-push', actions: ['push', 'create'] },
            { trigger: 'gitee-tag', name: 'tagged' },
          ],
        },
      ),
    );
    const { plan, hooks, routes } = decide(snapshot);
    const name = `dt_${NAMESPACE}_gitee`;
    expect(plan.giteeRoutes.get(ROUTE)).toEqual({
      subscription: { namespace: NAMESPACE, name: 'gitee', uid: expect.any(String), generation: 1 },
      gitee: { baseUrl: 'https://gitee.com', repository: 'payments/shop', branches: ['main'], tags: ['v*'] },
      configMap: {
        [`template.${name}_gitee-push`]: expect.any(String),
        [`template.${name}_tagged`]: expect.any(String),
        [`template.${name}`]: expect.stringContaining(`dt_${NAMESPACE}_payments`),
      },
      events: [
        {
          name: 'gitee-push',
          trigger: `${name}_gitee-push`,
          catalogueName: 'gitee-push',
          actions: ['push', 'create'],
          templates: [`${name}_gitee-push`, name],
        },
        {
          name: 'tagged',
          trigger: `${name}_tagged`,
          catalogueName: 'gitee-tag',
          templates: [`${name}_tagged`, name],
        },
      ],
      robots: [expect.objectContaining({ namespace: NAMESPACE, name: 'payments' })],
    });
    expect(routes.apply.map((each) => each.name)).toEqual([ROUTE]);
    expect(hooks.get(KEY)).toEqual([
      {
        subscription: snapshot.subscriptions[0],
        baseUrl: 'https://gitee.com',
        repository: 'payments/shop',
        token: { name: 'gitee', key: 'token' },
        switches: {
          push_events: true,
          tag_push_events: true,
          issues_events: false,
          merge_requests_events: false,
          note_events: false,
        },
      },
    ]);
    expect(Object.keys(plan.configMap).filter((key) => key.includes('gitee'))).toEqual([]);
    expect(plan.entries).toEqual([]);
  });

  it('has its route removed when it is suspended, and its hook, too', () => {
    const before = settled(installation(giteeSubscription()));
    const { routes, hooks } = decide(edited(before, { suspend: true }));
    expect(routes.remove).toEqual([ROUTE]);
    expect(hooks.has(KEY)).toBe(false);
  });

  it('has its route removed when it is deleted', () => {
    const before = settled(installation(giteeSubscription()));
    const deleted = giteeSubscription({ deletionTimestamp: '2026-11-23T08:00:00Z' });
    const { routes, hooks } = decide({ ...before, subscriptions: [deleted] });
    expect(routes.remove).toEqual([ROUTE]);
    expect(hooks.has(KEY)).toBe(false);
  });

  it('has its route removed when Gitee itself is to send, and a hook with the credentials of the robot', () => {
    const before = settled(installation(giteeSubscription()));
    const { routes, hooks } = decide(edited(before, { gitee: { delivery: 'Native' } }));
    expect(routes.remove).toEqual([ROUTE]);
    expect(hooks.get(KEY)).toMatchObject([
      {
        robot: {
          key: `${NAMESPACE}/payments`,
          credential: { url: expect.stringContaining(TOKEN), signingSecret: SECRET },
        },
      },
    ]);
  });

  it('keeps its live route and its hooks when its newest generation has a mistake', () => {
    const before = settled(installation(giteeSubscription()));
    const after = edited(before, { events: [{ trigger: 'gitee-push', actions: ['merge'] }] });
    expect(verdictIn(after)).toMatchObject({ rollout: 'lastGood', refusal: { reason: 'UnknownAction' } });
    expect(routeIn(after)).toEqual(routeIn(before));
    expect(decide(after).routes).toEqual({ apply: [], remove: [] });
    expect(decide(after).hooks.get(KEY)).toBe('keep');
  });

  it('has no live route that was of another subscription of its name', () => {
    const before = settled(installation(giteeSubscription()));
    const again = giteeSubscription({ uid: 'ffffffff-0000' }, { events: [{ trigger: 'gitee-pusch' }] });
    const { routes, plan } = decide({ ...before, subscriptions: [again] });
    expect(plan.giteeRoutes.size).toBe(0);
    expect(routes.remove).toEqual([ROUTE]);
  });

  it('waits for the engine, and asks it about nothing that is live', () => {
    const snapshot = { ...installation(giteeSubscription()), answers: SILENT };
    const { questions, resolution } = decide(snapshot);
    expect([...questions.values()].filter(({ askers }) => askers.has(NAMESPACE)).length).toBeGreaterThan(0);
    const ahead = questionsAbout(new Set([NAMESPACE]), snapshot);
    expect([...ahead.keys()].filter((key) => questions.has(key))).toEqual([...ahead.keys()]);
    expect(ahead.size).toBeGreaterThan(0);
    expect(resolution.gitee[0]?.verdict).toMatchObject({
      rollout: 'lastGood',
      refusal: { gate: 'unanswered' },
    });
    const live = { ...settled(installation(giteeSubscription())), answers: SILENT };
    expect(verdictIn(live)).toMatchObject({ rollout: 'current' });
  });

  it('is refused with the words of the engine, with the field', () => {
    const refusing = {
      get: () => ({ ok: false, killed: false, errors: [{ key: undefined, message: 'no' }] }),
    };
    const snapshot = { ...installation(giteeSubscription()), answers: refusing as never };
    expect(verdictIn(snapshot)?.refusal).toMatchObject({ reason: 'EngineRefused' });
  });

  it('keeps its route while the Secret of its robot has not been read yet', () => {
    const before = settled(installation(giteeSubscription()));
    const restarted = { ...before, credentials: new Map() };
    expect(routeIn(restarted)).toEqual(routeIn(before));
    expect(decide(restarted).routes).toEqual({ apply: [], remove: [] });
    const native = {
      ...installation(giteeSubscription({}, { gitee: { delivery: 'Native' } })),
      credentials: new Map(),
    };
    expect(decide(native).hooks.get(KEY)).toBe('keep');
  });

  it('loses a robot whose credentials are gone, and keeps one whose spec has a mistake', () => {
    const before = settled(installation(giteeSubscription()));
    const mistaken = { ...before, robots: [robot({ generation: 2 }, { timeZone: 'Nowhere/City' })] };
    expect(routeIn(mistaken)?.robots).toEqual(routeIn(before)?.robots);
    expect(routeIn(mistaken)?.configMap).toEqual(routeIn(before)?.configMap);
    const gone = new Map([[`${NAMESPACE}/payments-dingtalk`, { state: 'missing' as const }]]);
    expect(routeIn({ ...before, credentials: gone })).toBeUndefined();
  });

  it('may be sent to a robot that Argo CD sends to directly, and changes nothing about that', () => {
    const direct = robot({}, { delivery: 'Direct' });
    const without = relayed({ config: giteeConfig(), robots: [direct] });
    const snapshot = { ...without, subscriptions: [giteeSubscription()] };
    const { plan } = decide(settled(snapshot));
    expect(plan.giteeRoutes.get(ROUTE)?.robots).toHaveLength(1);
    expect(plan.configMap).toEqual(decide(settled(without)).plan.configMap);
    expect(plan.configMap).toHaveProperty([`service.webhook.dt_${NAMESPACE}_payments`]);
    expect(plan.robots.has(`${NAMESPACE}/payments`)).toBe(true);
  });

  it('of another installation keeps its hooks, and gets nothing', () => {
    const other = { ...giteeSubscription(), status: { installation: 'other' } };
    const { hooks, plan, resolution } = decide(installation(other));
    expect(hooks.get(KEY)).toBe('keep');
    expect(plan.giteeRoutes.size).toBe(0);
    expect(resolution.gitee).toEqual([]);
  });

  it('that is not read, since its namespace has too many resources, keeps what is live', () => {
    const before = settled(installation(giteeSubscription()));
    const { limits } = before.config;
    const config = {
      ...before.config,
      limits: { ...limits, perNamespace: { ...limits.perNamespace, messages: 0 } },
    };
    const after = { ...before, config };
    expect(verdictIn(after)).toMatchObject({
      rollout: 'lastGood',
      refusal: { reason: 'NamespaceQuotaExceeded' },
    });
    expect(decide(after).routes).toEqual({ apply: [], remove: [] });
  });

  it('counts as a subscription of its namespace, after those about applications', () => {
    const { limits } = giteeConfig();
    const config = {
      ...giteeConfig(),
      limits: { ...limits, perNamespace: { ...limits.perNamespace, subscriptions: 1 } },
    };
    const one = installation(giteeSubscription(), { config });
    expect(verdictIn(one)?.refusal).toBeUndefined();
    const two = { ...one, subscriptions: [...one.subscriptions, giteeSubscription({ name: 'second' })] };
    expect(
      decide(two)
        .resolution.gitee.map(({ verdict }) => verdict.refusal?.reason)
        .sort(),
    ).toEqual(['NamespaceQuotaExceeded', undefined]);
  });

  it('gets no second thought while nothing changes', () => {
    const snapshot = settled(installation(giteeSubscription()));
    const [first, second] = [decide(snapshot), decide(snapshot)];
    expect(second.plan.giteeRoutes.get(ROUTE)).toBe(first.plan.giteeRoutes.get(ROUTE));
    expect(second.resolution.gitee[0]).toBe(first.resolution.gitee[0]);
  });
});

it('a decision about Gitee is the same, whatever the decisions before have left in memory', () => {
  const start = installation(giteeSubscription());
  const known = (finding?: { reason: 'Throttled'; message: string }): Partial<Snapshot> => ({
    gitee: {
      hooks: new Map([
        [KEY, { uid: giteeSubscription().metadata.uid, generation: 1, ...(finding && { finding }) }],
      ]),
    },
  });
  const changes: readonly [string, (before: Snapshot) => Partial<Snapshot>][] = [
    ['nothing', () => ({})],
    ['an engine that has not answered', () => ({ answers: SILENT })],
    ['the writes', () => ({ ...settled(start) })],
    ['a hook', () => known()],
    ['a hook that fails', () => known({ reason: 'Throttled', message: 'slow' })],
    ['a robot with keywords', () => ({ robots: [robot({ generation: 2 }, { keywords: ['ops'] })] })],
    ['its writes', (before) => settled(before)],
    ['a robot with a mistake', () => ({ robots: [robot({ generation: 3 }, { timeZone: 'x' })] })],
    ['a Secret that is unread', () => ({ credentials: new Map() })],
    ['a Secret that is back', () => ({ credentials: start.credentials, robots: start.robots })],
    ['a mistake', (before) => edited(before, { events: [{ trigger: 'gitee-x' }] })],
    ['another host', () => ({ config: giteeConfig({ gitee: { hosts: [] } }) })],
    [
      'native delivery',
      (before) => ({ ...edited(before, { gitee: { delivery: 'Native' } }), config: giteeConfig() }),
    ],
    ['its writes', (before) => settled(before)],
    ['a suspension', (before) => edited(before, { suspend: true })],
    ['nothing at all', () => ({ subscriptions: [], robots: [] })],
  ];
  let before = start;
  for (const [what, change] of changes) {
    before = { ...before, ...change(before) };
    expect(staleParts(before), what).toEqual({});
  }
});
