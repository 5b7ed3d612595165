import { expect, it } from 'vitest';
import type { GiteeSubscription } from '../../api/kinds.ts';
import { decide } from '../../core/decide.ts';
import { giteeConfig } from '../../core/gitee/testing/installation.ts';
import type { Snapshot } from '../../core/model/snapshot.ts';
import { giteeSubscription, NAMESPACE, relayed, robot, settled } from '../../core/testing/fixtures.ts';
import type { ClusterView } from './cluster-view.ts';
import { giteeSections } from './gitee.ts';

const HOOK = { id: 7, robot: '', baseUrl: 'https://gitee.com', repository: 'payments/shop' };

function explained(
  cr: GiteeSubscription,
  before: Snapshot,
  sees: Partial<ClusterView['sees']> = {},
): Record<string, readonly string[]> {
  const seen = {
    ...{ configMap: true, secret: true, argocdUrl: true, otherNamespaces: true },
    ...{ settings: true, relayRoutes: true, grants: true, ...sees },
  };
  const snapshot = { ...before, subscriptions: [cr] };
  const view: ClusterView = {
    ...{ snapshot, decision: decide(snapshot), sees: seen, controllers: [], assumed: new Set() },
    presence: { state: 'running', detail: 'operator_1' },
  };
  const sections = giteeSections(
    cr,
    cr.spec.events.map(({ trigger = '' }) => trigger),
    view,
  );
  return Object.fromEntries(
    sections.map(({ about, steps }) => [
      about,
      steps.map(({ verdict, message }) => `${verdict}: ${message}`),
    ]),
  );
}

const withHooks = (cr: GiteeSubscription, hooks: readonly object[] = [HOOK]): GiteeSubscription => ({
  ...cr,
  status: { observedGeneration: 1, conditions: [], gitee: { hooks: hooks as never } },
});
const subscription = giteeSubscription(
  {},
  {
    gitee: { branches: ['main', 'release/*'] },
    events: [{ trigger: 'gitee-push', actions: ['push'] }, { trigger: 'gitee-issue' }],
  },
);
const before = relayed({ config: giteeConfig(), robots: [robot()], subscriptions: [subscription] });
const REPOSITORY = 'repository https://gitee.com/payments/shop';
const ROUTE = `RelayRoute argocd/${NAMESPACE}.gitee`;

it('a subscription to a Gitee repository is explained by its hook, its events and its route', () => {
  const all = explained(withHooks(subscription), settled(before));
  expect(Object.keys(all)).toEqual([
    `NotificationSubscription ${NAMESPACE}/gitee`,
    `robot ${NAMESPACE}/payments`,
    REPOSITORY,
    'event gitee-push',
    'event gitee-issue',
    'the relay',
  ]);
  expect(all[REPOSITORY]).toEqual([
    `ok: Gitee posts to the relay, at https://hooks.example.com/gitee/${NAMESPACE}/gitee`,
    'ok: the operator has made hook 7 for the relay',
  ]);
  expect(all['event gitee-push']).toEqual([
    'ok: gitee-push: push; branches main, release/*',
    `ok: ${ROUTE} has the event for the relay`,
  ]);
  expect(all['event gitee-issue']?.[0]).toBe('ok: gitee-issue: open, close, reopen, delete, assign, update');
  expect(all['the relay']).toEqual([
    `ok: the relay has loaded ${ROUTE}, which has generation 1 of the subscription`,
  ]);
});

it('the explanation says what is missing', () => {
  const all = explained(subscription, before);
  expect(all[REPOSITORY]).toContain(
    'problem: the operator has made no hook of the repository: see Hooked of the subscription',
  );
  expect(all['event gitee-push']).toContain(`problem: there is no ${ROUTE}`);
  expect(all['the relay']).toEqual(['problem: the relay has no route for the subscription']);
  const refused = explained(
    giteeSubscription({}, { events: [{ trigger: 'gitee-push', actions: ['merge'] }] }),
    before,
  );
  expect(refused['event gitee-push']).toContain(
    'problem: the relay may have no route for the event: see the subscription',
  );
});

it('the explanation says what is of an older generation', () => {
  const older = { ...HOOK, id: 6, repository: 'payments/former' };
  expect(
    explained(withHooks(subscription, [older, HOOK, { ...HOOK, id: undefined }]), settled(before))[
      REPOSITORY
    ],
  ).toEqual([
    expect.anything(),
    'warning: hook 6 of https://gitee.com/payments/former for the relay is of an older generation, and still there',
    'ok: the operator has made hook 7 for the relay',
    'warning: the operator is making a hook of https://gitee.com/payments/shop for the relay',
  ]);
  const edited = giteeSubscription(
    { generation: 2 },
    { events: [{ trigger: 'gitee-tag' }, { trigger: 'gitee-nothing' }] },
  );
  expect(explained(edited, settled(before))['event gitee-tag']).toContain(
    'warning: the live version of the subscription has no such event: see the subscription',
  );
});

it('the explanation of native delivery has no relay', () => {
  const native = giteeSubscription({}, { gitee: { delivery: 'Native' } });
  const hook = { ...HOOK, robot: `${NAMESPACE}/payments` };
  const all = explained(withHooks(native, [hook]), before);
  expect(all[REPOSITORY]).toEqual([
    'ok: Gitee itself sends its own messages to the robots, by their webhooks and signing secrets',
    `ok: the operator has made hook 7 for DingTalkRobot ${NAMESPACE}/payments`,
  ]);
  expect(all).not.toHaveProperty('the relay');
  expect(all['event gitee-push']).toEqual(['ok: gitee-push: push, create, delete']);
});

it('the explanation claims nothing that the caller may not see', () => {
  const all = explained(withHooks(subscription), settled(before), { relayRoutes: false });
  expect(all['event gitee-push']).toContain(
    `unknown: ${ROUTE} has the event for the relay; you may not read it`,
  );
  expect(all['the relay']).toEqual(['unknown: you may not read the RelayRoutes of argocd']);
  const unknownSettings = relayed({ ...before, config: giteeConfig({ gitee: {} }) });
  const blind = explained(withHooks(subscription), unknownSettings, { settings: false });
  expect(blind[REPOSITORY]?.[0]).toBe(
    'unknown: Gitee posts to the relay; this command does not know gitee.publicURL',
  );
  expect(blind['event gitee-push']).toContain(
    'unknown: the route cannot be checked: this command does not see all that it is made of',
  );
});
