import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespace, subscription } from '../../operator/api/testing/manifests.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { ARGOCD, installArgoCD } from '../support/argocd.ts';
import { waitForCrds } from '../support/crds.ts';
import { type RunningProcess, startProcess } from '../support/processes.ts';
import { cliCommand } from '../support/programs.ts';
import { realRobot } from '../support/team.ts';
import { type HelmCluster, RELEASE, startHelmCluster } from './cluster.ts';
import { HELM_VERSIONS } from './layout.ts';
import type { Manifest } from './manifests.ts';

const TEAM = { namespace: 'team', name: 'robot' };
const TRIGGER = 'trigger.dt_team_robot_on-sync-failed';
const CRD = 'dingtalkrobots.argocd-dingtalk.io';
const SECOND = 'argocd-second';
const SHARED = ['--set', 'crds.install=false', '--set', 'tenantRoles.create=false'];

/** The tests follow each other: they are the life of an installation. */
describe.each(HELM_VERSIONS)('a release of Helm %d', (major) => {
  let cluster: HelmCluster;
  let before: object[];
  let operator: RunningProcess | undefined;
  beforeAll(async () => {
    cluster = await startHelmCluster(major);
    before = await cluster.target();
  });
  afterAll(async () => {
    await operator?.stop();
    await cluster?.[Symbol.asyncDispose]();
  });

  const inArgoCD = ['--namespace', ARGOCD];
  const values = (more: object = {}) =>
    cluster.helm.values({ configuration: { ...cluster.configuration, ...more } });
  const install = async (): Promise<string> =>
    cluster.helm.helm('install', RELEASE, await cluster.helm.unpacked(), ...inArgoCD, ...(await values()));
  const data = async (name: string) =>
    (await cluster.cp.get<{ data?: Record<string, string> }>('configmap', ARGOCD, name)).data ?? {};
  const deployment = () =>
    cluster.cp.read<Deployment>(`apis/apps/v1/namespaces/${ARGOCD}/deployments/${RELEASE}`);
  const crd = () => cluster.cp.read<Crd>(`apis/apiextensions.k8s.io/v1/customresourcedefinitions/${CRD}`);
  const live = () =>
    eventually('the keys to be there', async () => TRIGGER in (await data('argocd-notifications-cm')), {
      timeoutMs: 30_000,
    });

  it('is installed, and names the next step', async () => {
    const notes = await install();
    expect(notes).toContain('is installed in namespace argocd, for the Argo CD in namespace argocd');
    expect(notes).toContain('kubectl get robots,nsub -A');
    expect(notes).not.toContain('WARNING');
    expect((await deployment()).spec.replicas).toBe(2);
    await waitForCrds(cluster.cp, [CRD]);
  });

  it('merges the notifications of a team with its own rights and configuration', async () => {
    operator = await cluster.startOperator();
    const { manifests } = realRobot(cluster.dingtalk, TEAM);
    await cluster.cp.apply([namespace(TEAM.namespace), ...manifests, subscription(TEAM)]);
    await live();
    await eventually(
      'the version to be published',
      async () => 'version' in (await data('argocd-dingtalk-installation')),
    );
  });

  it('is upgraded with its CRDs, rolls out a changed configuration, and leaves what the operator has published', async () => {
    const published = await data('argocd-dingtalk-installation');
    const { annotations } = (await deployment()).spec.template.metadata;
    const describe = (crd: Crd): object => {
      for (const { schema } of crd.spec.versions) schema.openAPIV3Schema.description = 'of the next version';
      return crd;
    };
    const chart = await cluster.helm.unpacked({ 'files/crds/dingtalkrobots.yaml': describe });
    const args = await values({ log: { level: 'info' } });
    await cluster.helm.helm('upgrade', RELEASE, chart, ...inArgoCD, ...args);
    expect((await crd()).spec.versions[0]?.schema.openAPIV3Schema.description).toBe('of the next version');
    const after = (await deployment()).spec.template.metadata.annotations;
    expect(after['checksum/configuration']).toMatch(/^[0-9a-f]{64}$/);
    expect(after['checksum/configuration']).not.toBe(annotations['checksum/configuration']);
    expect(await data('argocd-dingtalk-installation')).toEqual(published);
  });

  it('has room beside it for a second one, which leaves to it what all share', async () => {
    await installArgoCD(cluster.cp, { namespace: SECOND });
    const args = ['install', 'second', await cluster.helm.unpacked(), '--namespace', SECOND];
    const { code, stderr } = await cluster.helm.tryHelm(...args);
    expect(stderr).toMatch(/CustomResourceDefinition|ClusterRole/);
    expect(code).not.toBe(0);
    await cluster.helm.helm(...args, ...SHARED);
    const roles = await cluster.cp.read<{ items: Manifest[] }>(
      'apis/rbac.authorization.k8s.io/v1/clusterroles',
    );
    const ours = roles.items.map(({ metadata }) => metadata.name).filter((name) => name.includes('dingtalk'));
    expect(ours.sort()).toEqual([
      ...['argocd-dingtalk-edit', `argocd-dingtalk-operator.${ARGOCD}`, `argocd-dingtalk-operator.${SECOND}`],
      ...[
        `argocd-dingtalk-read-secrets.${ARGOCD}`,
        `argocd-dingtalk-read-secrets.${SECOND}`,
        'argocd-dingtalk-view',
      ],
    ]);
    await cluster.helm.helm('uninstall', 'second', '--namespace', SECOND, '--no-hooks');
    await crd();
    await live();
  });

  it('stays whole where the hook fails, and is started again by a rollback', async () => {
    const { helm, cp } = cluster;
    // There is no kubelet, so the Job never ends. It would have done this first.
    const scale = ['scale', 'deployment', RELEASE, '-n', ARGOCD, '--replicas=0'];
    await cp.kubectl(scale);
    expect(await helm.tryHelm('uninstall', RELEASE, ...inArgoCD, '--timeout', '3s')).toMatchObject({
      code: 1,
    });
    await live();
    const upgrade = ['upgrade', RELEASE, await helm.unpacked(), ...inArgoCD];
    expect((await helm.tryHelm(...upgrade)).stderr).toContain('has no deployed releases');
    const history = await helm.helm('history', RELEASE, ...inArgoCD, '--output', 'json');
    const revision = (JSON.parse(history) as { revision: number }[]).at(-1)?.revision;
    await helm.helm('rollback', RELEASE, `${revision}`, ...inArgoCD);
    expect((await deployment()).spec.replicas).toBe(2);
  });

  it('ends with the hook, whose Job stops the operator and leaves Argo CD as it was', async () => {
    const args = cliCommand(...(await cluster.hookCommand()));
    await using job = await startProcess({ name: 'hook', command: process.execPath, args });
    await eventually('it to wait', () => job.output().includes('still holds the Lease'), {
      timeoutMs: 30_000,
    });
    expect(TRIGGER in (await data('argocd-notifications-cm'))).toBe(true);
    await operator?.stop();
    expect([await job.exited, job.output()]).toEqual([
      { code: 0, signal: null },
      expect.stringContaining('done.'),
    ]);
    expect(job.output()).toContain(
      'the statuses of 2 custom resources do not name this installation any more.',
    );
    expect((await deployment()).spec.replicas).toBe(0);
    expect(await cluster.target()).toEqual(before);
  });

  it('is uninstalled but for the CRDs and what teams have, and can be installed again', async () => {
    await cluster.helm.helm('uninstall', RELEASE, ...inArgoCD, '--no-hooks');
    await expect(deployment()).rejects.toThrow('NotFound');
    await crd();
    await cluster.cp.get('robots', TEAM.namespace, TEAM.name);
    // As docs/install-helm.md says, for what a failed hook leaves.
    const kinds =
      'job,serviceaccount,configmap,role,rolebinding,clusterrole,clusterrolebinding,networkpolicy';
    await cluster.cp.kubectl(['delete', kinds, '-n', ARGOCD, '-l', 'app.kubernetes.io/component=uninstall']);
    await expect(cluster.cp.get('configmap', ARGOCD, 'argocd-dingtalk-uninstall')).rejects.toThrow(
      'NotFound',
    );
    expect(await cluster.target()).toEqual(before);
    await install();
    operator = await cluster.startOperator();
    await live();
  });
});

interface Deployment {
  readonly spec: {
    readonly replicas: number;
    readonly template: { readonly metadata: { readonly annotations: Readonly<Record<string, string>> } };
  };
}

interface Crd {
  readonly spec: {
    readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: { description?: string } } }[];
  };
}
