import { runBuildProgram } from '../../engine/go-build/build-program.ts';
import { clusterNamed, hasNodes } from './cluster/cluster.ts';
import { removeCluster } from './cluster/remove.ts';
import { findDocker } from './docker/docker.ts';
import { stopDaemon } from './docker/own-daemon.ts';
import { buildKindPrograms } from './programs.ts';
import { step } from './step.ts';

const HELP = `Usage: node test/kind/down.ts

Deletes the cluster of 'make kind-up' and its kubeconfig. Images stay, so that the next cluster takes seconds.

Environment:
  KIND_CLUSTER   name of the cluster (default: argocd-dingtalk)
  DOCKERD=1      also ends the docker daemon that 'make kind-up' started, with all that runs on it
`;

await runBuildProgram(HELP, async (context) => {
  const docker = await findDocker();
  const cluster = docker && clusterNamed(docker);
  if (cluster === undefined) context.report('no docker daemon answers, so there is no cluster');
  else if (await hasNodes(cluster)) {
    await buildKindPrograms(context, ['kind']);
    await removeCluster(cluster, context);
  } else context.report(`there is no cluster ${cluster.name}`);
  if (process.env.DOCKERD !== '1') return;
  const what = { name: 'docker', doing: 'ending the daemon of our own', expected: 'about 3 s' };
  if (!(await step(what, context, stopDaemon))) context.report('docker: no daemon of our own was running');
});
