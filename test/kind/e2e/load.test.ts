import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  credentialsSecret,
  namespace,
  newCredentials,
  robot,
  subscription,
} from '../../../operator/api/testing/manifests.ts';
import { eventually } from '../../../operator/lib/testing/eventually.ts';
import { ARGOCD, type KubernetesResource } from '../../support/stage.ts';
import type { ClusterApi } from './cluster-api.ts';
import type { FakeInCluster } from './fake-in-cluster.ts';
import { OPERATOR } from './operator-pods.ts';
import { prepareSurroundings } from './surroundings.ts';

/** As many as `make bench` has. */
const TEAMS = 200;
const NAME = 'load';
/** On cgroup v2, the container ends as a whole when one of its processes meets the limit of 448 MiB. */
const LIMIT_BYTES = 448 * 2 ** 20;
/** A new signature is made after 5 s here. */
const LATEST_RENEWAL_MS = 25_000;

let api: ClusterApi;
let fake: FakeInCluster;
beforeAll(async () => {
  ({ api, fake } = await prepareSurroundings());
  await api.kubectl(['apply', '--server-side', '-k', join(import.meta.dirname, 'overlay')]);
  await api.kubectl(['rollout', 'status', `deployment/${OPERATOR}`, '-n', ARGOCD, '--timeout=90s']);
});
afterAll(async () => {
  await api?.kubectl(['delete', 'namespace', '-l', 'load', '--wait=false']);
  await api?.close();
});

interface Pod {
  readonly metadata: { readonly name: string };
  readonly status: { readonly containerStatuses: readonly { readonly restartCount: number }[] };
}
interface Usage {
  readonly podRef: { readonly name: string; readonly namespace: string };
  readonly memory?: { readonly workingSetBytes: number };
}

/** The memory of the operator's pods in bytes, as the kubelet sees it. */
async function memory(): Promise<number[]> {
  const { items } = await api.read<{ items: { metadata: { name: string } }[] }>('api/v1/nodes');
  const node = items[0]?.metadata.name;
  const { pods } = await api.read<{ pods: Usage[] }>(`api/v1/nodes/${node}/proxy/stats/summary`);
  return pods
    .filter(({ podRef }) => podRef.namespace === ARGOCD && podRef.name.startsWith(OPERATOR))
    .flatMap(({ memory: of }) => of?.workingSetBytes ?? []);
}

it(`the limits of the manifests hold for ${TEAMS} teams`, async () => {
  const names = Array.from({ length: TEAMS }, (_, index) => `${NAME}-${index}`);
  for (const name of names) {
    const where = { namespace: name, name: 'r' };
    const { token, secret } = newCredentials();
    await fake.addRobots({ token, secret });
    const events = [{ trigger: 'on-sync-failed' }];
    const selector = { matchLabels: { team: name } };
    await api.apply([
      namespace(name, { load: 'yes' }),
      credentialsSecret(where, { webhook: token, secret }),
      robot(where),
      subscription(where, { events, applications: { selector } }),
    ]);
  }
  const robots = async () =>
    (await api.list<KubernetesResource>('dingtalkrobots')).filter(({ metadata }) => metadata.name === 'r');
  let most = 0;
  await eventually(
    'all robots to be ready and verified',
    async () => {
      most = Math.max(most, ...(await memory()));
      const waiting = (await robots()).filter(
        ({ status }) =>
          !['Ready', 'Delivering'].every((type) =>
            status?.conditions?.some((each) => each.type === type && each.status === 'True'),
          ),
      );
      expect(waiting.map(({ metadata }) => metadata.name)).toEqual([]);
      return true;
    },
    { timeoutMs: 240_000, intervalMs: 1_000 },
  );
  // Renewals go on, under edits.
  for (const name of names.slice(0, 30)) {
    const events = [{ trigger: 'on-deployed' }];
    const selector = { matchLabels: { team: name } };
    await api.apply([subscription({ namespace: name, name: 'r' }, { events, applications: { selector } })]);
    most = Math.max(most, ...(await memory()));
  }
  const secret = await api.get<KubernetesResource>('secret', ARGOCD, 'argocd-notifications-secret');
  const ages = Object.entries(secret.data ?? {})
    .filter(([key]) => key.startsWith(`dt_${NAME}-`))
    .map(([, value]) => {
      const url = new URL(Buffer.from(value, 'base64').toString());
      return Date.now() - Number(url.searchParams.get('timestamp'));
    });
  expect(ages).toHaveLength(TEAMS);
  process.stdout.write(
    `${TEAMS} teams: ${(most / 2 ** 20).toFixed(0)} MiB at most, oldest signature ${Math.max(...ages)} ms\n`,
  );
  expect(Math.max(...ages)).toBeLessThan(LATEST_RENEWAL_MS);
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(0.85 * LIMIT_BYTES);
  const { items } = await api.read<{ items: Pod[] }>(
    `api/v1/namespaces/${ARGOCD}/pods?labelSelector=app.kubernetes.io/name%3D${OPERATOR}`,
  );
  expect(items.map(({ status }) => status.containerStatuses[0]?.restartCount)).toEqual([0, 0]);
});
