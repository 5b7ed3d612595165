import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { PROJECT_ANNOTATION } from '../../operator/argocd/project-annotation.ts';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { type ApiClient, createApiClient } from '../support/api-client.ts';
import { ARGOCD } from '../support/argocd.ts';
import { type HelmCluster, RELEASE, startHelmCluster } from './cluster.ts';

const ACCOUNT = 'renamed';
const HOOK = 'argocd-dingtalk-uninstall';

let cluster: HelmCluster;
const clients = new Map<string, ApiClient>();
beforeAll(async () => {
  cluster = await startHelmCluster(4);
  const { helm } = cluster;
  const values = { serviceAccount: { name: ACCOUNT }, rbac: { projectAnnotations: true } };
  await helm.helm(
    ...['install', RELEASE, await helm.unpacked(), '--namespace', ARGOCD],
    ...(await helm.values({ ...values, configuration: cluster.configuration })),
  );
  await cluster.hookCommand();
  for (const account of [ACCOUNT, HOOK]) clients.set(account, await clientOf(account));
});
afterAll(async () => {
  for (const client of clients.values()) await client.close();
  await cluster?.[Symbol.asyncDispose]();
});

/** A client with the account's own token. kubectl would get an AppProject before it patches it. */
async function clientOf(account: string): Promise<ApiClient> {
  const { cp } = cluster;
  const file = await cp.serviceAccountKubeconfig(ARGOCD, account);
  const { users } = parse(await readFile(file, 'utf8')) as { users: { user: { token: string } }[] };
  const caPem = await readFile(cp.caFile, 'utf8');
  return createApiClient({ server: cp.server, caPem, token: users[0]?.user.token ?? '' });
}

/** The reason why it may not, or undefined. */
async function refusal(account: string, change: object): Promise<string | undefined> {
  const patching = clients.get(account)?.merge('appproject', ARGOCD, 'default', change);
  return patching?.then(
    () => undefined,
    (error: Error) => error.message,
  );
}
const can = async (account: string, ...question: string[]): Promise<string> => {
  const as = `--as=system:serviceaccount:${ARGOCD}:${account}`;
  return (await cluster.cp.tryKubectl(['auth', 'can-i', ...question, as])).stdout.trim();
};

describe.each([ACCOUNT, HOOK])('the ServiceAccount %s', (account) => {
  it('may set the annotation of an AppProject, and nothing else of it', async () => {
    // The API server learns of a new admission policy a little later. Nobody refuses a patch that changes nothing.
    let attempts = 0;
    await eventually('the policy to count', async () => {
      attempts += 1;
      const reason = await refusal(account, { spec: { description: `changed ${attempts}` } });
      return reason?.includes('may change nothing of an AppProject but its own annotation');
    });
    const annotations = { [PROJECT_ANNOTATION]: `[] # ${account}` };
    expect(await refusal(account, { metadata: { annotations } })).toBeUndefined();
    const destinations = [{ server: '*', namespace: 'kube-system' }];
    expect(await refusal(account, { spec: { destinations } })).toContain(
      'may change nothing of an AppProject',
    );
  });
});

describe('the rights of the hook', () => {
  it.each([
    ['get', 'deployments.apps/argocd-dingtalk-operator', '--subresource=scale', 'yes'],
    ['patch', 'deployments.apps/argocd-dingtalk-operator', '--subresource=scale', 'yes'],
    ['list', 'pods', '', 'yes'],
    ['patch', 'secret/argocd-notifications-secret', '', 'yes'],
    ['patch', 'dingtalkrobots.argocd-dingtalk.io', '--subresource=status', 'yes'],
    ['patch', 'dingtalkrobots.argocd-dingtalk.io', '', 'no'],
    ['patch', 'deployments.apps/argocd-dingtalk-operator', '', 'no'],
    ['patch', 'deployments.apps/argocd-server', '--subresource=scale', 'no'],
    ['delete', 'pods', '', 'no'],
    ['get', 'secret/argocd-secret', '', 'no'],
    ['list', 'secrets', '', 'no'],
    ['patch', 'configmap/argocd-cm', '', 'no'],
    ['patch', 'leases.coordination.k8s.io/argocd-dingtalk-operator', '', 'no'],
  ])('let it %s %s %s: %s', async (verb, what, more, answer) => {
    expect(await can(HOOK, verb, what, '-n', ARGOCD, ...(more === '' ? [] : [more]))).toBe(answer);
  });

  it('are not those of the operator, which is not told apart by its name', async () => {
    expect(await can(ACCOUNT, 'patch', 'configmap/argocd-notifications-cm', '-n', ARGOCD)).toBe('yes');
    expect(await can(ACCOUNT, 'get', 'secrets', '-n', 'team')).toBe('yes');
    expect(await can(RELEASE, 'patch', 'configmap/argocd-notifications-cm', '-n', ARGOCD)).toBe('no');
  });
});
