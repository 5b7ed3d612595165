import { runBuildProgram } from '../../engine/go-build/build-program.ts';
import { runningCluster } from './cluster/cluster.ts';
import { deployOverlay } from './cluster/deploy.ts';
import { loadIntoCluster } from './cluster/load.ts';

const HELP = `Usage: node test/kind/deploy.ts

Loads an image into the cluster of 'make kind-up', applies a kustomize overlay, and waits until its Deployments are rolled out. If
one of them is not ready within 90 s, it prints pods, events and logs, and fails.

Environment:
  OVERLAY        folder of the overlay (default: config/kind)
  IMAGE          image to load first, which the overlay names (default: none)
  KIND_CLUSTER   name of the cluster (default: argocd-dingtalk)
`;

await runBuildProgram(HELP, async (context) => {
  const { IMAGE, OVERLAY } = process.env;
  const cluster = await runningCluster(context);
  if (IMAGE) await loadIntoCluster(cluster, IMAGE, context);
  await deployOverlay(cluster, OVERLAY || 'config/kind', context);
});
