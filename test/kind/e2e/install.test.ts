import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { template } from '../../../operator/api/testing/manifests.ts';
import { HOSTILE_TEMPLATES } from '../../../operator/core/gate/testing/hostile.ts';
import { eventually } from '../../../operator/lib/testing/eventually.ts';
import { ARGOCD, type KubernetesResource } from '../../support/stage.ts';
import type { ClusterApi } from './cluster-api.ts';
import type { FakeInCluster } from './fake-in-cluster.ts';
import { leaderOf, OPERATOR, podsOf } from './operator-pods.ts';
import { prepareSurroundings } from './surroundings.ts';
import { applyQuickstart, failSync, signedUntil, untilReady } from './team.ts';

const OVERLAY = join(import.meta.dirname, 'overlay');

let api: ClusterApi;
let fake: FakeInCluster;
beforeAll(async () => {
  ({ api, fake } = await prepareSurroundings());
});
afterAll(() => api?.close());

describe('kubectl apply -k config/default', () => {
  it('leads to a Deployment that is ready, and to a signed message, within 90 s', async () => {
    const started = Date.now();
    await api.kubectl(['apply', '--server-side', '-k', OVERLAY]);
    await applyQuickstart(api, fake);
    await api.kubectl(['rollout', 'status', `deployment/${OPERATOR}`, '-n', ARGOCD, '--timeout=90s']);
    await untilReady(api);
    await failSync(api, 'first');
    const { signature } = await fake.untilTold('first sync failed');
    expect(signature).toBe('valid');
    const seconds = (Date.now() - started) / 1000;
    process.stdout.write(`from the apply to a signed message: ${seconds.toFixed(1)} s\n`);
    expect(seconds).toBeLessThan(90);
    expect(await podsOf(api)).toHaveLength(2);
  });

  it('runs where the API server refuses pods that are not restricted', async () => {
    const { code, stderr } = await api.tryKubectl([
      'run',
      'free',
      '-n',
      ARGOCD,
      '--image=x',
      '--dry-run=server',
    ]);
    expect(code).not.toBe(0);
    expect(stderr).toContain('violates PodSecurity "restricted');
  });
});

describe('the pod that leads', () => {
  it('is replaced by the other one when it is deleted, without a gap in renewals', async () => {
    const before = await leaderOf(api);
    const lives = await signedUntil(api);
    await api.kubectl(['delete', 'pod', before, '-n', ARGOCD, '--wait=false']);
    const started = Date.now();
    const after = await eventually('another leader', async () => {
      const now = await leaderOf(api);
      return now !== before && now !== '' && now;
    });
    expect(await podsOf(api)).toContain(after);
    await eventually('the next renewal', async () => (await signedUntil(api)) > lives + 20_000, {
      timeoutMs: 60_000,
    });
    process.stdout.write(`from the deletion to a renewal by the successor: ${Date.now() - started} ms\n`);
    await failSync(api, 'second');
    await fake.untilTold('second sync failed');
  });
});

describe('a template that takes more memory than the engine may have', () => {
  it('ends the engine and not the container', async () => {
    await api.kubectl(['rollout', 'status', `deployment/${OPERATOR}`, '-n', ARGOCD, '--timeout=90s']);
    const names = Object.keys(HOSTILE_TEMPLATES).filter((name) => name.startsWith('memory'));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names)
      await api.apply([template({ namespace: ARGOCD, name }, HOSTILE_TEMPLATES[name] as string)]);
    for (const name of names)
      await eventually(
        `${name} to be refused`,
        async () => {
          const { status } = await api.get<KubernetesResource>('ntpl', ARGOCD, name);
          return status?.conditions?.some(({ type, status: is }) => type === 'Accepted' && is === 'False');
        },
        { timeoutMs: 60_000 },
      );
    const { items } = await api.read<{ items: Pod[] }>(
      `api/v1/namespaces/${ARGOCD}/pods?labelSelector=app.kubernetes.io/name%3D${OPERATOR}`,
    );
    expect(
      items.flatMap(({ status }) => status.containerStatuses.map(({ restartCount }) => restartCount)),
    ).toEqual(items.map(() => 0));
    await failSync(api, 'third');
    await fake.untilTold('third sync failed');
    for (const name of names) await api.remove('ntpl', ARGOCD, name);
  });
});

interface Pod {
  readonly status: { readonly containerStatuses: readonly { readonly restartCount: number }[] };
}
