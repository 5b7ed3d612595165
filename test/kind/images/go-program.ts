import { copyFile, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { BuildContext } from '../../../engine/go-build/build-context.ts';
import type { Docker } from '../docker/docker.ts';
import { buildImage } from './build-image.ts';
import { IMAGE_ENV, NONROOT, writeSystemFiles } from './system-files.ts';

/**
 * Makes an image of a static program; gives its name and tag.
 *
 * @param program its path, for instance that of `argocd-notifications` of the test bed; its name becomes that of the image
 */
export function buildGoProgram(docker: Docker, program: string, context: BuildContext): Promise<string> {
  const name = basename(program);
  const settings = { entrypoint: [`/usr/local/bin/${name}`], env: IMAGE_ENV, user: NONROOT };
  const layers = async (folder: string) => {
    const base = join(folder, 'base');
    const own = join(folder, 'program');
    await writeSystemFiles(base);
    await mkdir(join(own, 'usr/local/bin'), { recursive: true });
    await copyFile(program, join(own, 'usr/local/bin', name));
    return [{ source: base }, { source: own }];
  };
  return buildImage(docker, { name, settings, layers }, context);
}
