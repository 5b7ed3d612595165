import { chmod, copyFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReleasedPlatform } from '../engine/locate.ts';
import { hasRuntime, placeNode } from './node-runtime.ts';
import { CLI, type Programs, placeCli, placeEngine } from './programs.ts';
import { PROJECT } from './project.ts';
import { packFolder } from './tarball.ts';

/**
 * Packs the standalone archive of a platform: a folder with the launcher, all licences, and in `lib/` the CLI, the engine
 * and Node. Without Node for the platform, the launcher takes the one on the PATH.
 *
 * @param withNode false leaves Node out
 * @param level of gzip, from 1 to 9
 * @returns the file's name: `argocd-dingtalk-1.2.3-linux-x64.tar.gz`
 */
export async function packArchive(
  programs: Programs,
  platform: ReleasedPlatform,
  output: string,
  { withNode = hasRuntime(platform), level }: { readonly withNode?: boolean; readonly level?: number } = {},
): Promise<string> {
  const name = `${CLI}-${PROJECT.version}-${platform}`;
  const directory = await mkdtemp(join(tmpdir(), 'archive-'));
  const lib = join(directory, 'lib');
  try {
    await placeCli(lib, programs);
    await placeEngine(lib, platform, programs);
    if (withNode) await placeNode(platform, lib);
    // Node would parse the file twice to find that it is an ES module.
    await writeFile(join(lib, 'package.json'), '{ "type": "module" }\n');
    await rename(join(lib, 'LICENSE'), join(directory, 'LICENSE'));
    await copyFile(join(import.meta.dirname, 'launcher.sh'), join(directory, CLI));
    await chmod(join(directory, CLI), 0o755);
    await packFolder(directory, name, join(output, `${name}.tar.gz`), level);
    return `${name}.tar.gz`;
  } finally {
    await rm(directory, { recursive: true });
  }
}
