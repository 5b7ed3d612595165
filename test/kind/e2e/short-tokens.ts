import { join } from 'node:path';
import { installArgoCD } from '../../support/argocd.ts';
import { loadIntoCluster } from '../cluster/load.ts';
import { buildOperatorImage } from '../operator-image.ts';
import { openCluster } from './cluster-api.ts';
import { CONTEXT } from './context.ts';
import { OPERATOR } from './operator-pods.ts';
import { OPERATOR_IMAGE } from './surroundings.ts';
import { restrictedNamespace } from './workloads.ts';

/** The namespace of config/another-namespace. */
export const SECOND = 'argocd-second';

/**
 * Before all tests: starts a second installation whose tokens end after ten minutes, so that tokens.test.ts has the less to wait the
 * longer the others take. With KIND_SECOND=keep, that of an earlier run goes on.
 */
export async function setup(): Promise<void> {
  if (process.env.KIND_SECOND === 'keep') return;
  const api = await openCluster();
  try {
    await buildOperatorImage(api.cluster.docker, { tag: OPERATOR_IMAGE }, CONTEXT);
    await loadIntoCluster(api.cluster, OPERATOR_IMAGE, CONTEXT);
    await installArgoCD(api, { namespace: SECOND });
    await api.apply([restrictedNamespace(SECOND)]);
    await api.kubectl(['delete', 'deployment', OPERATOR, '-n', SECOND, '--ignore-not-found', '--wait']);
    await api.kubectl(['apply', '--server-side', '-k', join(import.meta.dirname, 'short-tokens')]);
    await api.kubectl(['rollout', 'status', `deployment/${OPERATOR}`, '-n', SECOND, '--timeout=90s']);
  } finally {
    await api.close();
  }
}
