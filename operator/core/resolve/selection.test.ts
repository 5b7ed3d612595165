import { describe, expect, it } from 'vitest';
import type { Labels } from '../../kubernetes/label-selector.ts';
import { decide } from '../decide.ts';
import { deliveryChecks } from '../delivery/checks.ts';
import { statusUpdates } from '../status/statuses.ts';
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
