import { describe, expect, it } from 'vitest';
import type { DingTalkRobot } from '../../api/kinds.ts';
import type { Labels } from '../../kubernetes/label-selector.ts';
import { decide } from '../decide.ts';
import { deliveryChecks } from '../delivery/checks.ts';
import { readLiveState } from '../model/live.ts';
import { overlaps } from '../others/overlap.ts';
import { statusUpdates, wantedStatuses } from '../status/statuses.ts';
import {
  afterWrites,
  config,
  credentials,
  NAMESPACE,
  robot,
  settled,
  snapshot,
  team,
  template,
} from '../testing/fixtures.ts';
import { served, standingOf } from './selection.ts';

const SELECTOR = { matchLabels: { notify: 'on' } };
const withTenancy = (tenancy: object, namespaces: [string, Labels | 'unseen'][] = []) => ({
  ...snapshot({ ...team(), templates: [template({ name: 'raw' }, '{}')] }),
  config: config({ tenancy }),
  namespaces: new Map(namespaces),
});

describe('which namespaces are served', () => {
  it.each<[string, object, [string, Labels | 'unseen'][], string]>([
    ['all by default, whatever is known of them', {}, [], 'served'],
    ['one with the labels', { namespaceSelector: SELECTOR }, [[NAMESPACE, { notify: 'on' }]], 'served'],
    ['not one without', { namespaceSelector: SELECTOR }, [[NAMESPACE, { notify: 'off' }]], 'outside'],
    ['not one that is not seen yet', { namespaceSelector: SELECTOR }, [], 'unknown'],
    ['one that a command may not see', { namespaceSelector: SELECTOR }, [[NAMESPACE, 'unseen']], 'served'],
    ['not a denied one', { deniedNamespaces: ['x', 'team-*'] }, [], 'outside'],
    [
      'not a denied one with the labels',
      { deniedNamespaces: [NAMESPACE], namespaceSelector: SELECTOR },
      [[NAMESPACE, { notify: 'on' }]],
      'outside',
    ],
  ])('%s', (_, tenancy, namespaces, expected) => {
    expect(standingOf(NAMESPACE, withTenancy(tenancy, namespaces))).toBe(expected);
  });
});

describe('resources in a namespace that is not served', () => {
  const told = (given: ReturnType<typeof withTenancy>) => {
    const { resolution, plan, live } = decide(given);
    return {
      resolution,
      plan,
      updates: statusUpdates(resolution, { snapshot: given, live, plan }),
      checks: deliveryChecks(resolution.robots, given),
      credentials: served(given.robots, given),
    };
  };
  const NOTHING = { configMap: {}, secret: {}, entries: [] };

  it.each([{ deniedNamespaces: ['team-*'] }, { namespaceSelector: SELECTOR, reportUnselected: true }])(
    'are left alone, as if they were not there: %j',
    (tenancy) => {
      const { plan, updates, checks, credentials } = told(withTenancy(tenancy));
      expect(plan).toMatchObject(NOTHING);
      expect([updates, checks, credentials]).toEqual([[], [], []]);
    },
  );

  it('get a last status if they were served before, without the name of the installation', () => {
    const given = withTenancy({ deniedNamespaces: ['team-*'] });
    const servedBefore = <T extends { status?: object }>(each: T): T => ({
      ...each,
      status: { ...each.status, installation: 'argocd' },
    });
    const { updates } = told({
      ...given,
      robots: given.robots.map(servedBefore),
      templates: given.templates.map(servedBefore),
      subscriptions: given.subscriptions.map(servedBefore),
    });
    expect(updates.map(({ patch }) => patch.installation)).toEqual([null, null, null]);
    expect(JSON.stringify(updates)).toContain('NamespaceNotSelected');
  });

  it('keep the name of the installation as long as they have keys there', () => {
    const live = settled(snapshot(team()));
    const robots = live.robots.map((each) => ({ ...each, status: { installation: 'argocd' } }));
    const before = { ...live, robots, config: config({ tenancy: { deniedNamespaces: ['team-*'] } }) };
    const { resolution, plan } = decide(before);
    const patches = (target: typeof before.target) =>
      statusUpdates(resolution, { snapshot: { ...before, target }, live: readLiveState(target), plan });
    expect(patches(before.target).map(({ patch }) => patch)).toEqual([
      expect.not.objectContaining({ installation: null }),
    ]);
    expect(patches(afterWrites(before)).map(({ patch }) => patch)).toEqual([
      expect.objectContaining({ installation: null }),
    ]);
  });

  it('are told so where the installation wants it, and nothing else changes', () => {
    const { plan, updates, checks, credentials } = told(
      withTenancy({ deniedNamespaces: ['team-*'], reportUnselected: true }),
    );
    expect(plan).toMatchObject(NOTHING);
    expect([checks, credentials]).toEqual([[], []]);
    expect(updates.map(({ cr, patch }) => [cr.kind, patch])).toEqual(
      ['DingTalkRobot', 'NotificationTemplate', 'NotificationSubscription'].map((kind) => [
        kind,
        expect.objectContaining({
          conditions: expect.arrayContaining([
            expect.objectContaining({
              type: 'Accepted',
              status: 'False',
              reason: 'NamespaceNotSelected',
              message: expect.stringContaining(`${NAMESPACE}, which is on the list tenancy.deniedNamespaces`),
            }),
          ]),
        }),
      ]),
    );
  });

  it('are not touched if another installation serves them, even if this one selects them', () => {
    const given = withTenancy({});
    const { robots, templates, subscriptions } = given;
    const theirs = { status: { installation: 'argocd-second' } };
    const all = {
      ...given,
      robots: robots.map((each) => ({ ...each, ...theirs })),
      templates: templates.map((each) => ({ ...each, ...theirs })),
      subscriptions: subscriptions.map((each) => ({ ...each, ...theirs })),
    };
    const { plan, updates, checks, credentials } = told(all);
    expect(plan).toMatchObject(NOTHING);
    expect([updates, checks, credentials]).toEqual([[], [], []]);
    const { count, findings } = overlaps(all);
    expect(count).toBe(3);
    expect(findings).toEqual([
      {
        reason: 'InstallationsOverlap',
        message: expect.stringMatching(
          /in namespace argocd-second serves resources in team-payments, which this installation \(argocd\) selects/,
        ),
      },
    ]);
    expect(overlaps({ ...all, config: config({ tenancy: { deniedNamespaces: ['team-*'] } }) }).count).toBe(0);
  });

  it('get no status that was decided before another installation took them', () => {
    const before = snapshot(team());
    const { resolution, plan, live } = decide(before);
    const [first] = wantedStatuses(resolution, { snapshot: before, live, plan });
    const taken = { ...before.robots[0], status: { installation: 'argocd-second' } } as DingTalkRobot;
    expect(first?.updateFor(taken)).toBeUndefined();
  });

  it('lose their live keys, and no other namespace loses any', () => {
    const others = robot({ namespace: 'elsewhere' });
    const [[, secret] = []] = credentials();
    const before = snapshot({
      ...team(),
      robots: [...(team().robots ?? []), others],
      credentials: new Map([
        ...credentials(),
        ...(secret ? [['elsewhere/payments-dingtalk', secret] as const] : []),
      ]),
    });
    const live = settled(before);
    const after = afterWrites({ ...live, config: config({ tenancy: { deniedNamespaces: ['team-*'] } }) });
    const rest = afterWrites({ ...live, robots: [others], subscriptions: [] });
    expect(Object.keys(rest.configMap?.data ?? {})).toEqual(['service.webhook.dt_elsewhere_payments']);
    expect(after).toEqual(rest);
  });
});
