import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readPublished } from '../../operator/config/published.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { ARGOCD, type KubernetesResource, type Stage, startStage } from '../support/stage.ts';

const EVERYBODY = 'argocd-dingtalk-installation';
const GRANTS = 'argocd-dingtalk-installation-grants';
const MANIFESTS = join(import.meta.dirname, '../../config/default');
const PROJECTS = { 'project-of-others': ['team-of-others'] };

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ argocd: false, operator: { tenancy: { projects: PROJECTS } } });
});
afterAll(async () => stage?.[Symbol.asyncDispose]());

const read = (name: string) => stage.get<KubernetesResource>('configmap', ARGOCD, name);
const configurationIn = ({ data }: KubernetesResource) => data?.['configuration.yaml'] ?? '';
const both = () =>
  eventually('both ConfigMaps to have a configuration', async () => {
    const [everybody, admins] = [await read(EVERYBODY), await read(GRANTS)];
    if (![everybody, admins].every((each) => configurationIn(each) !== '')) throw new Error('there is none');
    return { everybody, admins };
  });

it('tells everybody the configuration, except for the grants', async () => {
  const { everybody, admins } = await both();
  expect(JSON.stringify(everybody)).not.toContain('of-others');
  const { config } = readPublished(configurationIn(everybody), configurationIn(admins));
  expect(config).toMatchObject({
    tenancy: { projects: PROJECTS },
    dingtalk: { allowedHosts: [stage.dingtalk.host] },
    limits: { writeInterval: 100 },
  });
});

it.each([
  ['server-side', ['--server-side', '--force-conflicts']],
  ['by the client', []],
])('outlives the manifests, applied again %s', async (_, options) => {
  const before = await both();
  await stage.cp.kubectl(['apply', ...options, '-k', MANIFESTS]);
  const after = await both();
  expect([after.everybody.data, after.admins.data]).toEqual([before.everybody.data, before.admins.data]);
});

it('writes nothing after a restart, and only the part that has changed', async () => {
  const before = await both();
  await stage.restartOperator({ tenancy: { projects: PROJECTS } });
  await stage.restartOperator({ tenancy: { projects: { ...PROJECTS, more: ['team'] } } });
  const admins = await eventually('the new grant to be published', async () => {
    const now = await read(GRANTS);
    if (!configurationIn(now).includes('more:')) throw new Error('it is not there');
    return now;
  });
  expect(admins.data?.updatedAt).toMatch(/Z$/);
  expect((await read(EVERYBODY)).metadata.resourceVersion).toBe(before.everybody.metadata.resourceVersion);
});
