import { describe, expect, it } from 'vitest';
import { subscriptionKeyName, templateKey, triggerKey } from '../../argocd/names.ts';
import { readTemplate } from '../../argocd/template-value.ts';
import { decide } from '../decide.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { liveObject, NAMESPACE, robot, settled, snapshot, subscription } from '../testing/fixtures.ts';

/** Versions before this one gave each event a template with its whole body, and its trigger sent only that template. */

const EVENTS = ['on-sync-failed', 'on-health-degraded', 'on-health-recovered'];
const SERVICES = [`dt_${NAMESPACE}_payments`, `dt_${NAMESPACE}_second`];
const NAME = subscriptionKeyName(NAMESPACE, 'payments');
const events = EVENTS.map((trigger) => ({ trigger }));
const current = snapshot({
  robots: [robot(), robot({ name: 'second' })],
  subscriptions: [subscription({}, { robots: [{ name: 'payments' }, { name: 'second' }], events })],
});

/** A ConfigMap as former versions left it. */
function former(before: Snapshot): Snapshot {
  const live = settled(before, 600_000);
  const owned = [...(live.target.configMap?.owned ?? [])];
  const { [templateKey(NAME)]: shared = '', ...data } = { ...live.target.configMap?.data };
  const managedBy = readTemplate(shared)?.managedBy;
  for (const event of EVENTS) {
    const name = `${NAME}_${event}`;
    const [trigger] = JSON.parse(data[triggerKey(name)] as string) as [object];
    data[triggerKey(name)] = JSON.stringify([{ ...trigger, send: [name] }]);
    const entry = { method: 'POST', body: '{"msgtype":"text","text":{"content":"{{.app.metadata.name}}"}}' };
    const webhook = Object.fromEntries(SERVICES.map((service) => [service, entry]));
    data[templateKey(name)] = JSON.stringify({ managedBy, webhook });
  }
  return {
    ...live,
    target: {
      ...live.target,
      configMap: liveObject(data, [
        ...owned.filter((key) => key in data),
        ...EVENTS.map((event) => templateKey(`${NAME}_${event}`)),
      ]),
    },
  };
}

const triggersOf = (data: Readonly<Record<string, string>>) =>
  EVENTS.map((event) => {
    const [{ when, oncePer }] = JSON.parse(data[triggerKey(`${NAME}_${event}`)] as string) as [
      { when: string; oncePer?: string },
    ];
    return { when, oncePer };
  });

describe('keys that a former version has written', () => {
  const old = former(current);
  const data = old.target.configMap?.data ?? {};

  it('get their new form with the same conditions, so nothing is sent again, and lose nothing', () => {
    const { plan, writes } = decide(old);
    expect(triggersOf(plan.configMap)).toEqual(triggersOf(data));
    expect(triggersOf(data)[0]?.when).toContain("'2026-11-23T08:00:00Z'");
    expect(Object.keys(plan.configMap).sort()).toEqual(
      [...Object.keys(data), templateKey(NAME)].filter((key) => key !== 'subscriptions').sort(),
    );
    // The shared key stays as it is: the same triggers go to the same robots.
    expect(writes.steps).toEqual([{ kind: 'apply', object: 'ConfigMap', data: plan.configMap, stale: [] }]);
    expect(decide(settled(old)).writes.steps).toEqual([]);
  });

  it('stay unchanged under a subscription that is broken since', () => {
    const broken = subscription(
      { generation: 2 },
      { robots: [{ name: 'payments' }, { name: 'second' }], events: [{ trigger: 'nonsense' }] },
    );
    expect(decide({ ...old, subscriptions: [broken] }).writes.steps).toEqual([]);
    const { plan } = decide({ ...old, subscriptions: [broken], robots: [robot()] });
    for (const event of EVENTS) {
      const { webhook } = JSON.parse(plan.configMap[templateKey(`${NAME}_${event}`)] as string) as {
        webhook: object;
      };
      expect(Object.keys(webhook)).toEqual([SERVICES[0]]);
    }
  });

  it('go with their subscription', () => {
    expect(settled({ ...old, subscriptions: [], robots: [] }).target.configMap?.data).toEqual({});
  });
});
