import { runBuildProgram } from '../../engine/go-build/build-program.ts';
import { runningCluster } from './cluster/cluster.ts';
import { loadIntoCluster } from './cluster/load.ts';

const HELP = `Usage: IMAGE=name:tag node test/kind/load.ts

Gives an image that docker has to the cluster of 'make kind-up', in about 3 s. Pods find it under the same name, unless they say
'imagePullPolicy: Always'.

Environment:
  IMAGE          the image
  KIND_CLUSTER   name of the cluster (default: argocd-dingtalk)
`;

await runBuildProgram(HELP, async (context) => {
  const { IMAGE } = process.env;
  if (!IMAGE)
    throw new Error('IMAGE is not set: it names the image, as in IMAGE=argocd-dingtalk-operator:dev');
  await loadIntoCluster(await runningCluster(context), IMAGE, context);
});
