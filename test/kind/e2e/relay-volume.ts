import { dockerCommand } from '../docker/docker.ts';
import type { ClusterApi } from './cluster-api.ts';

const NAME = 'argocd-dingtalk-relay';
const FOLDER = '/var/lib/relay-volume';

/**
 * A folder of the node as the volume of the relay's claim, since nothing makes volumes in a cluster of our own node image. An earlier one
 * of the name has to be gone.
 */
export async function provideRelayVolume({ apply, cluster }: ClusterApi, namespace: string): Promise<void> {
  const node = `${cluster.name}-control-plane`;
  const inNode = (...command: readonly string[]) =>
    dockerCommand(cluster.docker, ['exec', node, ...command], { timeoutMs: 10_000 });
  await inNode('rm', '-rf', FOLDER);
  await inNode('mkdir', FOLDER);
  await apply([
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: NAME },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'standard',
        persistentVolumeReclaimPolicy: 'Retain',
        claimRef: { namespace, name: NAME },
        // The kubelet gives it the group of the pod, as it does with a disk.
        local: { path: FOLDER },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }] },
            ],
          },
        },
      },
    },
  ]);
}
