import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { thisPlatform } from '../../../engine/locate.ts';
import { execute } from '../execute.ts';

/** How a container of an image starts. */
export interface ImageSettings {
  readonly entrypoint?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly workingDir?: string;
  readonly stopSignal?: string;
}

/** An image as a folder of files that `docker load` and containerd understand once they are in an archive. */
export interface Image {
  readonly directory: string;
  /** SHA-256 of its configuration and thereby of its layers: the same files and settings give the same one. */
  readonly digest: string;
}

/** A folder that becomes a layer. */
export interface Layer {
  readonly source: string;
  /** Files keep their owners, for which the archive is made by root; otherwise all of them are root's. */
  readonly keepOwners?: boolean;
}

const NO_TIME = '1970-01-01T00:00:00Z';
const TAR_MS = 300_000;

/**
 * Makes an image without a daemon. The same content gives the same bytes, wherever and whenever it is made.
 *
 * @param directory an empty folder, or one that does not exist
 * @param layers the first is the lowest
 * @param tag gets the digest and gives the name: `fake:abc`
 */
export async function makeImage(
  directory: string,
  layers: readonly Layer[],
  settings: ImageSettings,
  tag: (digest: string) => string,
  signal?: AbortSignal,
): Promise<Image> {
  await mkdir(directory, { recursive: true });
  const files = layers.map((_, index) => `layer-${index}.tar`);
  const digests: string[] = [];
  for (const [index, layer] of layers.entries()) {
    const file = join(directory, `layer-${index}.tar`);
    await archive(layer, file, signal);
    digests.push(await digestOf(file));
  }
  const configuration = JSON.stringify(imageConfiguration(settings, digests));
  const digest = createHash('sha256').update(configuration).digest('hex');
  await writeFile(join(directory, `${digest}.json`), configuration);
  const manifest = [{ Config: `${digest}.json`, RepoTags: [tag(digest)], Layers: files }];
  await writeFile(join(directory, 'manifest.json'), JSON.stringify(manifest));
  return { directory, digest };
}

async function archive({ source, keepOwners }: Layer, file: string, signal?: AbortSignal): Promise<void> {
  const owners = keepOwners ? ['--numeric-owner'] : ['--owner=0', '--group=0', '--numeric-owner'];
  const order = ['--sort=name', '--mtime=@0', '--format=gnu'];
  await execute('tar', ['-C', source, ...order, ...owners, '-cf', file, '.'], { signal, timeoutMs: TAR_MS });
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return `sha256:${hash.digest('hex')}`;
}

/** The configuration of an image, see https://github.com/moby/docker-image-spec. */
function imageConfiguration(settings: ImageSettings, diffIds: readonly string[]): object {
  const { entrypoint, env = {}, user, workingDir, stopSignal } = settings;
  const { arch, os } = thisPlatform();
  return {
    architecture: arch,
    os,
    created: NO_TIME,
    config: {
      Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
      Entrypoint: entrypoint,
      User: user,
      WorkingDir: workingDir,
      StopSignal: stopSignal,
    },
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: diffIds.map(() => ({ created: NO_TIME, created_by: 'test/kind/images/image.ts' })),
  };
}
