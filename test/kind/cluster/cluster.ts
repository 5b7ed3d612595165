/**
 * A cluster of one node by kind. create.ts makes one, choose-node-image.ts decides of what, load.ts and deploy.ts fill it, and
 * remove.ts ends it.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildContext } from '../../../engine/go-build/build-context.ts';
import { type Docker, dockerCommand, findDocker } from '../docker/docker.ts';
import { type ExecuteOptions, execute } from '../execute.ts';
import { buildKindPrograms, KIND_OUTPUT, kindProgram } from '../programs.ts';

/** The cluster that the make targets mean unless KIND_CLUSTER names another. */
const DEFAULT_NAME = 'argocd-dingtalk';

/** A cluster that there is, or may be. */
export interface Cluster {
  readonly name: string;
  readonly docker: Docker;
  /** The file that leads to it; `~/.kube/config` is never touched. */
  readonly kubeconfig: string;
}

/** The cluster of this name; by default that of KIND_CLUSTER. */
export function clusterNamed(docker: Docker, name = process.env.KIND_CLUSTER || DEFAULT_NAME): Cluster {
  return { name, docker, kubeconfig: join(KIND_OUTPUT, `${name}.kubeconfig`) };
}

/** Whether the cluster has a node, perhaps one that does not run. */
export async function hasNodes({ docker, name }: Cluster): Promise<boolean> {
  const args = ['ps', '--all', '--quiet', '--filter', `label=io.x-k8s.kind.cluster=${name}`];
  return (await dockerCommand(docker, args, { timeoutMs: 10_000 })).trim() !== '';
}

/**
 * The cluster of KIND_CLUSTER, which has to be there.
 *
 * @throws Error with a remedy if it is not
 */
export async function runningCluster(context: BuildContext): Promise<Cluster> {
  const remedy = "run 'make kind-up' first";
  const docker = await findDocker();
  if (docker === undefined) throw new Error(`no docker daemon answers: ${remedy}`);
  const cluster = clusterNamed(docker);
  if (!existsSync(cluster.kubeconfig))
    throw new Error(`there is no ${cluster.kubeconfig}, so there is no cluster ${cluster.name}: ${remedy}`);
  await buildKindPrograms(context, ['kind', 'kubectl']);
  return cluster;
}

/** Runs kind with arguments, see {@link execute}; the program has to be built. */
export function kind(cluster: Cluster, args: readonly string[], options: ExecuteOptions): Promise<string> {
  return execute(kindProgram('kind'), args, { ...options, env: { ...cluster.docker.env, ...options.env } });
}

/** Runs kubectl on the cluster, see {@link execute}; the program has to be built. */
export function kubectl(cluster: Cluster, args: readonly string[], options: ExecuteOptions): Promise<string> {
  return execute(kindProgram('kubectl'), args, { ...options, env: { KUBECONFIG: cluster.kubeconfig } });
}
