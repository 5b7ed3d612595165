import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  credentialsSecret,
  namespace,
  newCredentials,
  robot,
} from '../../../operator/api/testing/manifests.ts';
import { eventually } from '../../../operator/lib/testing/eventually.ts';
import { type ClusterApi, openCluster } from './cluster-api.ts';
import { OPERATOR } from './operator-pods.ts';
import { SECOND } from './short-tokens.ts';

/** The life of a token, and half a minute. */
const TOKEN_MS = 630_000;

let api: ClusterApi;
beforeAll(async () => {
  api = await openCluster();
});
afterAll(() => api?.close());

interface Pod {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly startTime: string;
    readonly containerStatuses: readonly { readonly restartCount: number }[];
  };
}

const pods = async () =>
  (
    await api.read<{ items: Pod[] }>(
      `api/v1/namespaces/${SECOND}/pods?labelSelector=app.kubernetes.io/name%3D${OPERATOR}`,
    )
  ).items;

it('the operator outlives its token', { timeout: TOKEN_MS + 120_000 }, async () => {
  const first = await pods();
  expect(first).toHaveLength(2);
  const ends = Math.max(...first.map(({ status }) => Date.parse(status.startTime) + TOKEN_MS));
  process.stdout.write(
    `waiting ${Math.round((ends - Date.now()) / 1000)} s for the end of the first tokens\n`,
  );
  await eventually('the first tokens to end', () => Date.now() > ends, {
    timeoutMs: TOKEN_MS,
    intervalMs: 1_000,
  });
  // Another test may have removed the CRDs.
  await api.kubectl(['apply', '--server-side', '-k', join(import.meta.dirname, '../../../crds')]);
  const where = { namespace: 'team-of-second', name: 'r' };
  const { token, secret } = newCredentials();
  await api.apply([
    namespace(where.namespace, { 'argocd-dingtalk.io/argocd': SECOND }),
    credentialsSecret(where, { webhook: token, secret }),
    robot(where),
  ]);
  const { status } = await api.conditions('robots', where.namespace, where.name, { Merged: 'True/Merged' });
  expect(status?.installation).toBe(SECOND);
  const last = await pods();
  expect(last.map(({ metadata }) => metadata.name).sort()).toEqual(
    first.map(({ metadata }) => metadata.name).sort(),
  );
  expect(last.map((pod) => pod.status.containerStatuses[0]?.restartCount)).toEqual([0, 0]);
  await api.kubectl(['delete', 'namespace', where.namespace, '--wait=false']);
});
