import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { NotificationTemplate } from '../api/kinds.ts';
import { crdChecks } from '../files/crd-check.ts';
import { decide } from './decide.ts';
import type { Snapshot } from './model/snapshot.ts';
import { statusUpdates } from './status/statuses.ts';
import { found, robot, snapshot, subscription, team, template } from './testing/fixtures.ts';

/** Names that every JavaScript object inherits, in all places where a team chooses a name. */

const NAMES = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__'];
/** As the API server's JSON is read: the name is the object's own. */
const named = (name: string, value: unknown) =>
  JSON.parse(JSON.stringify({ x: value }).replace('"x"', JSON.stringify(name)));

const accepted = (snapshotOf: Snapshot): Record<string, string> => {
  const { resolution, plan, live } = decide(snapshotOf);
  expect(() => statusUpdates(resolution, { snapshot: snapshotOf, live, plan })).not.toThrow();
  const all = [...resolution.robots, ...resolution.templates, ...resolution.subscriptions];
  return Object.fromEntries(all.map(({ cr, verdict }) => [cr.kind, verdict.refusal?.reason ?? 'Accepted']));
};

describe.each(NAMES)('%s', (name) => {
  it('is no key of a Secret that lacks it', () => {
    const webhook = { secretKeyRef: { name: 'payments-dingtalk', key: name } };
    const robots = [robot({}, { webhook })];
    expect(accepted(snapshot({ robots }))).toEqual({ DingTalkRobot: 'CredentialsKeyNotFound' });
    const credentials = new Map([['team-payments/payments-dingtalk', found(named(name, 'ab'.repeat(32)))]]);
    const [plain] = [robot({}, { webhook })].map(({ spec: { signing: _, ...spec }, ...rest }) => ({
      ...rest,
      spec,
    }));
    expect(accepted(snapshot({ robots: plain ? [plain] : [], credentials }))).toEqual({
      DingTalkRobot: 'Accepted',
    });
  });

  it('is a trigger, a robot or a template that there is not', () => {
    const spec = { events: [{ trigger: name }] };
    expect(accepted(snapshot({ ...team(), subscriptions: [subscription({}, spec)] }))).toMatchObject({
      NotificationSubscription: 'UnknownTrigger',
    });
    const absent = { events: [{ trigger: 'on-deployed', template: { name } }] };
    expect(accepted(snapshot({ ...team(), subscriptions: [subscription({}, absent)] }))).toMatchObject({
      NotificationSubscription: 'TemplateNotFound',
    });
    const lonely = subscription({}, { robots: [{ name }] });
    expect(accepted(snapshot({ ...team(), subscriptions: [lonely] }))).toMatchObject({
      NotificationSubscription: 'RobotNotFound',
    });
  });

  it('is a param only where a template has it', () => {
    const withParams = (params: object): NotificationTemplate => {
      const made = template({ name: 'own' }, '');
      return { ...made, spec: { message: { text: { content: 'x' } }, params } } as NotificationTemplate;
    };
    const uses = (params: Record<string, string>) =>
      subscription({}, { events: [{ trigger: 'on-deployed', template: { name: 'own', params } }] });
    const given = { ...team(), subscriptions: [uses(named(name, 'a'))] };
    expect(accepted(snapshot({ ...given, templates: [withParams({ other: 'x' })] }))).toMatchObject({
      NotificationSubscription: 'UnknownParam',
    });
    const isName = /^[A-Za-z]/.test(name);
    expect(accepted(snapshot({ ...given, templates: [withParams(named(name, 'x'))] }))).toMatchObject({
      NotificationTemplate: isName ? 'Accepted' : 'InvalidTemplate',
    });
  });

  it('is a label like any other, and a field of an Application that can not be had', () => {
    const applications = { selector: { matchLabels: named(name, 'gold') } };
    const { plan } = decide(snapshot({ ...team(), subscriptions: [subscription({}, { applications })] }));
    expect(JSON.stringify(plan.configMap)).toContain(`app.metadata?.labels?.['${name}'] == 'gold'`);
    const message = { text: { content: `{{params.${name}}} {{app.metadata.labels.${name}}}` } };
    const templates = [{ ...template({}, ''), spec: { message } }];
    expect(['Accepted', 'InvalidTemplate']).toContain(accepted(snapshot({ templates })).NotificationTemplate);
  });

  it('in YAML has the same meaning for the CRDs', async () => {
    const checks = await crdChecks();
    const manifest = (params: string) =>
      parse(`
apiVersion: argocd-dingtalk.io/v1alpha1
kind: NotificationTemplate
metadata: { namespace: a, name: b }
spec: { message: { text: { content: x } }, params: { ${params} } }
`);
    const fields = (params: string) =>
      checks.NotificationTemplate.violations(manifest(params)).map(({ field }) => field);
    expect(fields(`${name}: "x"`)).toEqual(/^[A-Za-z]/.test(name) ? [] : ['spec.params']);
    expect(fields(`${name}: { a: b }`)).toEqual([`spec.params.${name}`]);
  });
});
