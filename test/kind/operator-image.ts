import { join } from 'node:path';
import type { BuildContext } from '../../engine/go-build/build-context.ts';
import type { Docker } from './docker/docker.ts';
import { execute } from './execute.ts';
import { buildNodeBase } from './images/node-base.ts';
import { step } from './step.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const BUILD_MS = 300_000;

/** An image of the operator to build. */
export interface OperatorImage {
  /** `name:tag`. */
  readonly tag: string;
  /** A checkout with a built `dist/`; default: this one. */
  readonly source?: string;
}

/**
 * Builds the image by the Dockerfile of this checkout, with the programs of a `dist/` and with a base image that is made here, so
 * that no registry is needed.
 *
 * @throws Error with docker's words; for a client without BuildKit, with the remedy
 */
export async function buildOperatorImage(
  docker: Docker,
  { tag, source = REPOSITORY }: OperatorImage,
  context: BuildContext,
): Promise<void> {
  const base = await buildNodeBase(docker, context);
  const what = { name: `image ${tag}`, doing: 'building it', expected: 'about 5 s' };
  const args = ['build', '--file', join(REPOSITORY, 'Dockerfile'), '--tag', tag];
  const settings = ['FILES=prebuilt', `BASE_IMAGE=${base}`].flatMap((each) => ['--build-arg', each]);
  await step(what, context, async () => {
    await execute(await clientWithBuildKit(), [...args, ...settings, source], {
      env: { ...docker.env, DOCKER_BUILDKIT: '1' },
      signal: context.signal,
      timeoutMs: BUILD_MS,
    });
  });
}

/** A client without BuildKit would build the stages that this image does not need, too. Newer clients have it as a plug-in. */
async function clientWithBuildKit(): Promise<string> {
  for (const client of ['docker', '/usr/bin/docker']) {
    const options = { env: { DOCKER_BUILDKIT: '1' }, timeoutMs: 10_000 };
    const help = await execute(client, ['build', '--help'], options).catch(String);
    if (!/BuildKit is enabled but|not installed|cannot be started/.test(help)) return client;
  }
  throw new Error(
    'no docker client with BuildKit: install the plug-in buildx (docker-buildx-plugin or docker-buildx)',
  );
}
