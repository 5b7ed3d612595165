import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Docker, hasImage } from '../docker/docker.ts';
import { execute } from '../execute.ts';
import { kindModuleFolder } from '../programs.ts';

const ASK_MS = 10_000;

/**
 * Whether docker has the image that kind takes for its nodes by itself, or a registry has it that answers within 10 s.
 *
 * @param docker undefined if no daemon runs; its client asks the registry without one
 */
export async function kindImageIsToBeHad(docker: Docker | undefined): Promise<boolean> {
  const image = await kindImage();
  if (docker !== undefined && (await hasImage(docker, image))) return true;
  try {
    await execute('docker', ['manifest', 'inspect', image], { env: docker?.env ?? {}, timeoutMs: ASK_MS });
    return true;
  } catch {
    return false;
  }
}

/** The image that the pinned version of kind takes by itself: `kindest/node:v1.37.0@sha256:…`. */
async function kindImage(): Promise<string> {
  const source = join(await kindModuleFolder(), 'pkg/apis/config/defaults/image.go');
  const image = /const Image = "([^"]+)"/.exec(await readFile(source, 'utf8'))?.[1];
  if (image === undefined) throw new Error(`${source} names no image`);
  return image;
}
