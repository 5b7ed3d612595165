import { runBuildProgram } from '../../engine/go-build/build-program.ts';
import { ensureCluster } from './cluster/create.ts';

const HELP = `Usage: node test/kind/up.ts

Makes a cluster by kind, with one node that is Ready and a DNS that answers; a cluster that works already is kept. It prints the
kubeconfig, bin/kind/<cluster>.kubeconfig; ~/.kube/config is not touched. If no docker daemon answers and this is root, a daemon is
started, which goes on running until 'make kind-down DOCKERD=1'.

The node runs kind's own image if a registry has it, and an image that is made here if not, or if the machine is no ordinary one:
'node test/kind/node-image.ts --help' explains it.

Environment:
  KIND_CLUSTER      name of the cluster (default: argocd-dingtalk)
  KIND_NODE_IMAGE   image of the node, instead of these two
  DOCKER_HOST       the docker daemon (default: the usual one, or else one that is started)
`;

await runBuildProgram(HELP, async (context) => {
  await ensureCluster(context);
});
