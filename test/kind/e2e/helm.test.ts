import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHART, openHelm } from '../../helm/helm.ts';
import { HELM_VERSIONS } from '../../helm/layout.ts';
import { ARGOCD, type KubernetesResource } from '../../support/stage.ts';
import type { ClusterApi } from './cluster-api.ts';
import type { FakeInCluster } from './fake-in-cluster.ts';
import { OPERATOR, podsOf } from './operator-pods.ts';
import { OPERATOR_IMAGE, prepareSurroundings } from './surroundings.ts';
import { applyQuickstart, failSync, TEAM, untilReady } from './team.ts';

const OVERLAY = join(import.meta.dirname, 'overlay');
const TARGET = [
  ['configmap', 'argocd-notifications-cm'],
  ['secret', 'argocd-notifications-secret'],
] as const;

let api: ClusterApi;
let fake: FakeInCluster;
let values: object;
beforeAll(async () => {
  ({ api, fake } = await prepareSurroundings());
  await api.kubectl(['delete', 'namespace', TEAM, '--ignore-not-found', '--wait']);
  await api.kubectl(['delete', '-k', OVERLAY, '--ignore-not-found', '--wait']);
  // The chart itself sets the rest.
  const { argocd, tenancy, signing, dingtalk } = parse(
    await readFile(join(OVERLAY, 'configuration.yaml'), 'utf8'),
  );
  const { endpoint, allowedHosts } = dingtalk;
  const [repository, tag] = OPERATOR_IMAGE.split(':');
  values = {
    image: { repository, tag },
    configuration: { argocd, tenancy, signing, dingtalk: { endpoint, allowedHosts } },
    caCertificates: { configMap: 'dingtalk-ca' },
  };
});
afterAll(() => api?.close());

/** Content of Argo CD's objects. */
const target = () =>
  Promise.all(
    TARGET.map(async ([kind, name]) => (await api.get<KubernetesResource>(kind, ARGOCD, name)).data),
  );

describe.each(HELM_VERSIONS)('Helm %i', (major) => {
  it('installs, upgrades, and leaves Argo CD as it was', async () => {
    await using helm = await openHelm(major, api.cluster.kubeconfig);
    for (const [kind, name] of TARGET) await api.merge(kind, ARGOCD, name, { data: null }, 'an-admin');
    await api.merge(
      'configmap',
      ARGOCD,
      TARGET[0][1],
      { data: { 'service.slack': 'token: $slack\n' } },
      'an-admin',
    );
    await api.merge('secret', ARGOCD, TARGET[1][1], { stringData: { slack: 'xoxb' } }, 'an-admin');
    const before = await target();

    const started = Date.now();
    const given = await helm.values(values);
    const release = ['argocd-dingtalk-operator', CHART, '--namespace', ARGOCD];
    const notes = await helm.helm('install', ...release, ...given, '--wait', '--timeout', '90s');
    expect(notes).toContain('kubectl get');
    await applyQuickstart(api, fake);
    await untilReady(api);
    await failSync(api, `helm-${major}`);
    await fake.untilTold(`helm-${major} sync failed`);
    const seconds = (Date.now() - started) / 1000;
    process.stdout.write(`Helm ${major}: from the install to a signed message: ${seconds.toFixed(1)} s\n`);
    expect(seconds).toBeLessThan(90);

    await helm.helm('upgrade', ...release, ...given, '--set', 'replicas=1', '--wait', '--timeout', '90s');
    expect(await podsOf(api)).toHaveLength(1);
    await untilReady(api);

    await helm.helm(
      'uninstall',
      'argocd-dingtalk-operator',
      '--namespace',
      ARGOCD,
      '--wait',
      '--timeout',
      '180s',
    );
    expect(await target()).toEqual(before);
    expect(await podsOf(api)).toEqual([]);
    // The custom resources stay with their CRDs, and belong to nobody.
    const { status } = await api.get<KubernetesResource>('nsub', TEAM, 'payments');
    expect(status).not.toHaveProperty('installation');
    const left = await api.kubectl([
      'get',
      'all,roles,rolebindings,jobs,serviceaccounts',
      '-n',
      ARGOCD,
      '-o',
      'name',
    ]);
    expect(left).not.toContain(OPERATOR);
  });
});
