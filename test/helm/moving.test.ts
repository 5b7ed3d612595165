import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARGOCD } from '../support/argocd.ts';
import { type HelmCluster, RELEASE, startHelmCluster } from './cluster.ts';
import { type Helm, openHelm } from './helm.ts';

const DEFAULT = join(import.meta.dirname, '../../config/default');
const ARGS = ['--namespace', ARGOCD];

let cluster: HelmCluster;
let helm4: Helm;
beforeAll(async () => {
  cluster = await startHelmCluster(3);
  helm4 = await openHelm(4, cluster.cp.adminKubeconfig);
  await cluster.cp.kubectl(['apply', '--server-side', '-k', DEFAULT]);
});
afterAll(async () => {
  await helm4?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
});

const deployment = () =>
  cluster.cp.read<{ metadata: { uid: string }; spec: { replicas: number } }>(
    `apis/apps/v1/namespaces/${ARGOCD}/deployments/${RELEASE}`,
  );

describe('an installation by kustomize', () => {
  it('becomes a release of Helm 3 without a new Deployment', async () => {
    const { helm } = cluster;
    const { uid } = (await deployment()).metadata;
    const install = ['install', RELEASE, await helm.unpacked(), ...ARGS];
    const { code, stderr } = await helm.tryHelm(...install);
    expect([code, stderr]).toEqual([1, expect.stringContaining('invalid ownership metadata')]);
    await helm.helm(...install, '--take-ownership');
    expect((await deployment()).metadata.uid).toBe(uid);
  });

  it('and then one of Helm 4', async () => {
    const args = ['upgrade', RELEASE, await helm4.unpacked(), ...ARGS, '--set', 'replicas=1'];
    await helm4.helm(...args);
    expect((await deployment()).spec.replicas).toBe(1);
  });

  it('becomes one of Helm 4 at once, too', async () => {
    await helm4.helm('uninstall', RELEASE, ...ARGS, '--no-hooks');
    await cluster.cp.kubectl(['apply', '--server-side', '--force-conflicts', '-k', DEFAULT]);
    const { uid } = (await deployment()).metadata;
    const force = ['--take-ownership', '--force-conflicts'];
    await helm4.helm('install', RELEASE, await helm4.unpacked(), ...ARGS, ...force);
    expect((await deployment()).metadata.uid).toBe(uid);
    expect((await deployment()).spec.replicas).toBe(2);
  });
});
