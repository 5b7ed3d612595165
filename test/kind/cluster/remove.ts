import { rm } from 'node:fs/promises';
import type { BuildContext } from '../../../engine/go-build/build-context.ts';
import { step } from '../step.ts';
import { type Cluster, kind } from './cluster.ts';

const DELETE_MS = 120_000;

/** Deletes a cluster, if there is one, and its kubeconfig. */
export async function removeCluster(cluster: Cluster, context: BuildContext): Promise<void> {
  const what = { name: `cluster ${cluster.name}`, doing: 'deleting it', expected: 'about 3 s' };
  await step(what, context, async () => {
    const args = ['delete', 'cluster', '--name', cluster.name, '--kubeconfig', cluster.kubeconfig];
    await kind(cluster, args, { signal: context.signal, timeoutMs: DELETE_MS });
    await rm(cluster.kubeconfig, { force: true });
  });
}
