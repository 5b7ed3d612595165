import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCrd, type Schema } from '../../operator/api/crd-files.ts';
import { KINDS } from '../../operator/api/kinds.ts';
import { namespace, subscription, typedTemplate } from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { installOperator } from '../support/operator.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';
import { realRobot } from '../support/team.ts';

/** Resources from a time when the CRDs had no limits, and CRDs of today. */

const TEAM = 'team';
const own = (name: string) => ({ namespace: TEAM, name });
const LONG = 'a'.repeat(5_000);

/** Live, and then edited into something that the operator refuses. */
const edited = (params: Record<string, string>) => {
  const template = { name: 'fine', params };
  return subscription(own('edited'), {
    robots: [{ name: 'robot' }],
    events: [{ trigger: 'on-sync-failed', template }],
  });
};
/** Accepted, though it names more robots than one may today. */
const wide = subscription(own('wide'), {
  robots: ['robot', ...'bcdefghijkl'].map((name) => ({ name })),
  events: [{ trigger: 'on-deployed' }],
});
const message = { text: { content: 'x' } };
const odd = typedTemplate(own('odd'), { message, params: { [LONG]: 'b' } });

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ argocd: false });
  const { manifests } = realRobot(stage.dingtalk, own('robot'));
  await stage.apply(namespace(TEAM), ...manifests, typedTemplate(own('fine'), { message }), edited({}));
  await stage.conditions('nsub', TEAM, 'edited', { Ready: 'True/Ready' });
  await applyCrdsWithoutLimits();
  // A server-side apply reads YAML, in which no key is this long.
  const items = [edited({ [LONG]: 'b' }), wide, odd];
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  await stage.cp.kubectl(['apply', '-f', '-'], list);
  await stage.conditions('nsub', TEAM, 'edited', {
    Ready: 'False/UnknownParam',
    Merged: 'False/PreviousVersionLive',
  });
  await stage.conditions('nsub', TEAM, 'wide', { Merged: 'False/PartlyLive' });
  await stage.conditions('ntpl', TEAM, 'odd', { Ready: 'False/InvalidTemplate' });
  await stage.stopOperator();
  await installOperator(stage.cp);
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

async function applyCrdsWithoutLimits(): Promise<void> {
  const crds = await Promise.all(Object.values(KINDS).map(({ plural }) => readCrd(plural)));
  const list = { apiVersion: 'v1', kind: 'List', items: crds.map(withoutLimits) };
  const apply = ['apply', '--server-side', '--force-conflicts', '-f', '-'];
  await stage.cp.kubectl(apply, JSON.stringify(list));
  await eventually('the CRDs without limits to be in force', async () => (await created(odd)).code === 0);
}

const LIMITS = ['maxLength', 'maxItems', 'maxProperties', 'x-kubernetes-validations'];

function withoutLimits<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map(withoutLimits) as T;
  if (schema === null || typeof schema !== 'object') return schema;
  const kept = Object.entries(schema as Schema).filter(([name]) => !LIMITS.includes(name));
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutLimits(inner)])) as T;
}

/** Whether the API server would take it as a new one. */
const created = (manifest: { metadata: object }) =>
  stage.cp.tryKubectl(
    ['create', '--dry-run=server', '-f', '-'],
    JSON.stringify({ ...manifest, metadata: { ...manifest.metadata, name: 'new' } }),
  );

const keys = async () =>
  (await stage.get<KubernetesResource>('configmap', ARGOCD, 'argocd-notifications-cm')).data ?? {};

describe('resources beyond the limits of today', () => {
  it('are not taken as new ones', async () => {
    await eventually('the CRDs of today to be in force', async () => (await created(odd)).code === 1);
    for (const manifest of [odd, edited({ [LONG]: 'b' })])
      expect((await created(manifest)).stderr).toContain(
        'params has a key that cannot be the name of a param',
      );
    expect((await created(wide)).stderr).toContain('spec.robots: Too many: 12: must have at most 10 items');
  });

  it('stay as they are at the start of an operator, with what is live of them', async () => {
    const before = await keys();
    expect(Object.keys(before)).toEqual(
      expect.arrayContaining([
        'trigger.dt_team_edited_on-sync-failed',
        'trigger.dt_team_wide_on-deployed',
        'service.webhook.dt_team_robot',
      ]),
    );
    await stage.restartOperator();
    await stage.apply(subscription(own('other'), { robots: [{ name: 'robot' }] }));
    await stage.conditions('nsub', TEAM, 'other', { Ready: 'True/Ready' });
    expect(await keys()).toMatchObject({ ...before, subscriptions: expect.anything() });
  });

  it('are told news in their status', async () => {
    const template = { name: 'odd' };
    const user = subscription(own('user'), {
      robots: [{ name: 'robot' }],
      events: [{ trigger: 'on-deployed', template }],
    });
    await stage.apply(user);
    await stage.conditions('nsub', TEAM, 'user', { Ready: 'False/TemplateRefused' });
    await eventually('the template to be used', async () => {
      const { status } = await stage.get<KubernetesResource>('ntpl', TEAM, 'odd');
      return status?.usedBy === 1;
    });
    await stage.remove('nsub', TEAM, 'other');
    await stage.remove('robots', TEAM, 'robot');
    await stage.conditions('nsub', TEAM, 'edited', { Merged: 'False/NotAccepted' });
    await stage.conditions('nsub', TEAM, 'wide', { Merged: 'False/NotAccepted' });
    const { manifests } = realRobot(stage.dingtalk, own('robot'));
    await stage.apply(...manifests);
    await stage.conditions('nsub', TEAM, 'wide', { Merged: 'False/PartlyLive' });
  });

  it('can be edited elsewhere, and mended', async () => {
    const suspend = (to: boolean) => stage.cp.merge('nsub', TEAM, 'edited', { spec: { suspend: to } });
    await suspend(true);
    await stage.conditions('nsub', TEAM, 'edited', { Ready: 'False/Suspended' });
    await stage.apply(edited({}));
    await suspend(false);
    await stage.conditions('nsub', TEAM, 'edited', { Ready: 'True/Ready' });
  });
});
