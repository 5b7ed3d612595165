import { describe, expect, it } from 'vitest';
import type { CustomResource } from '../../api/kinds.ts';
import { type Decision, decide } from '../decide.ts';
import { deliveryChecks } from '../delivery/checks.ts';
import { statusUpdates } from '../status/statuses.ts';
import {
  config,
  found,
  giteeSubscription,
  robot,
  SECRET,
  settled,
  snapshot,
  subscription,
  TOKEN,
} from '../testing/fixtures.ts';
import { Faults } from './faults.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * An installation that uses every part of a decision that reads a resource: routes by project, an own condition, a selector.
 */
const BAD = 'team-bad';
const template = {
  apiVersion: 'argocd-dingtalk.io/v1alpha1',
  kind: 'NotificationTemplate',
  metadata: { ...robot({ namespace: BAD, name: 'text' }).metadata, uid: '99999999-0000' },
  spec: { message: { markdown: { title: 't', text: '{{params.a}}' } }, params: { a: 'b' } },
} as const;
const resources = {
  robots: [
    robot({ namespace: 'team-good' }),
    robot({ namespace: BAD }, { keywords: ['k'], sharedWith: { namespaces: ['x*'] } }),
  ],
  templates: [template],
  subscriptions: [
    subscription({ namespace: 'team-good' }),
    subscription(
      { namespace: BAD },
      {
        applications: { projects: ['payments'], selector: { matchLabels: { a: 'b' } } },
        events: [
          { trigger: 'on-sync-failed', template: { name: 'text', params: { a: 'c' } } },
          { name: 'own', when: 'true', oncePer: 'app.metadata.uid' },
        ],
      },
    ),
    subscription({ namespace: BAD, name: 'by-project' }),
    giteeSubscription({ namespace: BAD }, { gitee: { delivery: 'Native' } }),
  ],
};
const START: Snapshot = snapshot({
  ...resources,
  config: config({
    tenancy: { projects: { payments: ['team-good', BAD] } },
    routing: { projects: 'Annotation' },
  }),
  credentials: new Map(
    ['team-good', BAD].map((each) => [
      `${each}/payments-dingtalk`,
      found({ webhook: TOKEN, secret: SECRET }),
    ]),
  ),
});
const BEFORE: Snapshot = {
  ...START,
  target: { ...START.target, projects: new Map([['payments', { resourceVersion: '1' }]]) },
};

/** A resource whose spec and status fail at the n-th reading; counts the readings. */
function failingAt<T extends CustomResource>(resource: T, n: number, reads: { count: number }): T {
  const guarded = (value: unknown): unknown =>
    typeof value !== 'object' || value === null
      ? value
      : new Proxy(value, {
          get: (object, key) => {
            reads.count++;
            if (reads.count >= n) throw new Error(`read ${n} fails`);
            return guarded(Reflect.get(object, key));
          },
        });
  const { spec, status } = resource;
  return { ...resource, spec: guarded(spec), ...(status && { status: guarded(status) }) } as T;
}

/** All uses that a run makes of a decision. */
function run(before: Snapshot): {
  decision: Decision;
  updates: ReturnType<typeof statusUpdates>;
  faults: Faults;
} {
  const decision = decide(before);
  const faults = new Faults(decision.faults);
  deliveryChecks(decision.resolution.robots, before, faults);
  const { resolution, live, plan } = decision;
  return { decision, updates: statusUpdates(resolution, { snapshot: before, live, plan }, faults), faults };
}

/** The part of a namespace in the objects that Argo CD reads. */
const partOf = (namespace: string, { plan }: Decision) => ({
  configMap: Object.entries(plan.configMap).filter(([key]) => key.includes(`dt_${namespace}_`)),
  secret: Object.entries(plan.secret).filter(([key]) => key.includes(`dt_${namespace}_`)),
  entries: plan.entries.filter(({ triggers }) => triggers[0]?.includes(`dt_${namespace}_`)),
});

const KINDS = ['robots', 'templates', 'subscriptions'] as const;
const cases = KINDS.flatMap((kind) =>
  resources[kind].flatMap((resource, index) =>
    resource.metadata.namespace === BAD ? [[kind, resource.metadata.name, index] as const] : [],
  ),
);

describe.each([
  ['nothing is live yet', BEFORE],
  ['all is live', settled(BEFORE)],
])('an exception while a resource is handled, when %s', (_, before) => {
  it.each(cases)('is told as the fault of that one of %s, %s, wherever it comes', (kind, _name, index) => {
    const whole = run(before);
    const good = partOf('team-good', whole.decision);
    expect(good.configMap.length).toBeGreaterThan(0);
    const original = before[kind][index] as CustomResource;
    let stages = 0;
    for (let n = 1; ; n += 1 + Math.floor(n / 20)) {
      const reads = { count: 0 };
      const list = before[kind].with(index, failingAt(original, n, reads) as never);
      const { decision, updates, faults } = run({ ...before, [kind]: list });
      if (reads.count < n) break;
      stages = n;
      expect(partOf('team-good', decision), `read ${n}`).toEqual(good);
      const keys = (of: Decision) => partOf(BAD, of).configMap.map(([key]) => key);
      if (before !== BEFORE)
        expect(keys(decision), `read ${n}: what is live stays`).toEqual(keys(whole.decision));
      expect(faults.found.length, `read ${n}`).toBeGreaterThan(0);
      expect(new Set(faults.found.map(({ namespace }) => namespace))).toEqual(new Set([BAD]));
      const others = updates.filter(({ cr }) => cr.metadata.namespace === 'team-good');
      expect(others).toEqual(whole.updates.filter(({ cr }) => cr.metadata.namespace === 'team-good'));
      // A fault in a template, while a subscription is compiled, is reported by that subscription.
      const told = updates.filter(
        ({ cr }) => kind === 'templates' || cr.metadata.uid === original.metadata.uid,
      );
      const reasons = told.flatMap(({ patch }) =>
        ((patch.conditions ?? []) as { reason: string }[]).map((each) => each.reason),
      );
      expect(reasons, `read ${n}`).toContain('InternalError');
    }
    expect(stages).toBeGreaterThan(5);
  });
});

describe.each([
  ['nothing is live yet', BEFORE, ['RobotNotReady', 'RobotNotFound']],
  ['all is live', settled(BEFORE), []],
])('a robot that has no spec at all, when %s', (_, before, expected) => {
  it('is no fault of the subscriptions that name it', () => {
    const robots = before.robots.map((each) =>
      each.metadata.namespace === BAD ? ({ ...each, spec: undefined } as never) : each,
    );
    const borrowed = subscription(
      { namespace: 'team-good', name: 'borrowed' },
      { robots: [{ namespace: BAD, name: 'payments' }] },
    );
    const { decision, faults } = run({
      ...before,
      robots,
      subscriptions: [...before.subscriptions, borrowed],
    });
    expect(new Set(faults.found.map(({ kind }) => kind))).toEqual(new Set(['DingTalkRobot']));
    const reasons = decision.resolution.subscriptions.map(({ verdict }) => verdict.refusal?.reason);
    expect(reasons).toEqual(expect.arrayContaining(expected));
    expect(reasons).not.toContain('InternalError');
  });
});
