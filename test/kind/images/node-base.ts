import { existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildContext } from '../../../engine/go-build/build-context.ts';
import type { Docker } from '../docker/docker.ts';
import { execute } from '../execute.ts';
import { buildImage } from './build-image.ts';
import type { ImageSettings } from './image.ts';
import { copyBelow, sharedLibraries } from './shared-libraries.ts';
import { IMAGE_ENV, NONROOT, writeSystemFiles } from './system-files.ts';

const NODE = join(import.meta.dirname, '../../../node_modules/node/bin/node');

/** As in the distroless images of Node, for which this one stands. */
const ENTRYPOINT = ['/nodejs/bin/node'];

/** How a program starts on top of Node: `arguments` follow the interpreter. */
export function nodeSettings(...programArguments: readonly string[]): ImageSettings {
  return {
    entrypoint: [...ENTRYPOINT, ...programArguments],
    env: IMAGE_ENV,
    user: NONROOT,
    workingDir: '/home/nonroot',
  };
}

/**
 * Writes a system with the pinned Node, the libraries that it needs from this machine, and no shell.
 *
 * @throws Error with a remedy if Node or a library is not installed
 */
export async function writeNodeSystem(root: string): Promise<void> {
  if (!existsSync(NODE)) throw new Error(`${NODE} does not exist: run 'make install'`);
  await writeSystemFiles(root);
  await mkdir(join(root, 'nodejs/bin'), { recursive: true });
  await copyFile(NODE, join(root, 'nodejs/bin/node'));
  const libraries = sharedLibraries(await execute('ldd', [NODE], { timeoutMs: 10_000 }));
  await copyBelow(libraries, '/', root);
}

/** Makes the image that stands for the distroless one of Node where no registry can be reached; gives its name and tag. */
export function buildNodeBase(docker: Docker, context: BuildContext): Promise<string> {
  const layers = async (folder: string) => {
    const source = join(folder, 'base');
    await writeNodeSystem(source);
    return [{ source }];
  };
  return buildImage(docker, { name: 'nodejs', settings: nodeSettings(), layers }, context);
}
