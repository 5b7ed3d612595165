import { ARGOCD } from '../../support/stage.ts';
import type { ClusterApi } from './cluster-api.ts';

/** The name of the operator's Deployment, its Lease, and its label `app.kubernetes.io/name`. */
export const OPERATOR = 'argocd-dingtalk-operator';

interface Lease {
  readonly spec: { readonly holderIdentity?: string };
}

/** The name of the pod that holds the Lease; empty if none does. */
export async function leaderOf(api: ClusterApi): Promise<string> {
  const { spec } = await api.get<Lease>('leases', ARGOCD, OPERATOR);
  // A random part follows, so that a pod that starts again is another holder.
  return (spec.holderIdentity ?? '').replace(/_.*$/, '');
}

/** The names of the pods that run. */
export async function podsOf(api: ClusterApi): Promise<string[]> {
  const selector = `labelSelector=app.kubernetes.io/name%3D${OPERATOR}`;
  const { items } = await api.read<{ items: { metadata: { name: string; deletionTimestamp?: string } }[] }>(
    `api/v1/namespaces/${ARGOCD}/pods?${selector}`,
  );
  return items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata.name);
}
