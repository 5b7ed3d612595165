import type { BuildContext } from '../../../engine/go-build/build-context.ts';
import { hasImage } from '../docker/docker.ts';
import { step } from '../step.ts';
import { type Cluster, kind } from './cluster.ts';

const LOAD_MS = 300_000;

/**
 * Gives an image of docker to the nodes of the cluster. A pod has it then under the same name, unless it says
 * `imagePullPolicy: Always`.
 *
 * @throws Error with a remedy if docker does not have the image
 */
export async function loadIntoCluster(cluster: Cluster, image: string, context: BuildContext): Promise<void> {
  if (!(await hasImage(cluster.docker, image)))
    throw new Error(`docker has no image ${image}: build it first, or name another (IMAGE=…)`);
  const what = { name: `image ${image}`, doing: `loading it into ${cluster.name}`, expected: 'about 3 s' };
  await step(what, context, async () => {
    const args = ['load', 'docker-image', image, '--name', cluster.name];
    await kind(cluster, args, { signal: context.signal, timeoutMs: LOAD_MS });
  });
}
