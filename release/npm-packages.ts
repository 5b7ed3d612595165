import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enginePackage, RELEASED, type ReleasedPlatform } from '../engine/locate.ts';
import { CLI, CLI_FILE, type Programs, placeCli, placeEngine } from './programs.ts';
import { PROJECT } from './project.ts';
import { packFolder } from './tarball.ts';

const { version, license } = PROJECT;

/** The package of the CLI. npm installs the one engine whose package fits the machine. */
const CLI_MANIFEST = {
  name: CLI,
  version,
  description:
    'Checks and previews DingTalk notifications for Argo CD: the command line of argocd-dingtalk-operator',
  license,
  keywords: ['argocd', 'dingtalk', 'notifications', 'kubernetes', 'lint'],
  type: 'module',
  bin: { [CLI]: CLI_FILE },
  engines: PROJECT.engines,
  optionalDependencies: Object.fromEntries(RELEASED.map((platform) => [enginePackage(platform), version])),
};

function engineManifest(platform: ReleasedPlatform) {
  const [os, cpu] = platform.split('-');
  return {
    name: enginePackage(platform),
    version,
    description: `Argo CD's notifications engine for ${CLI} on ${platform}`,
    license,
    os: [os],
    cpu: [cpu],
    // A program cannot be run from inside an archive, where Yarn would keep it.
    preferUnplugged: true,
  };
}

/**
 * Packs the CLI's npm package.
 * @param level of gzip, from 1 to 9
 * @returns the file's name: `argocd-dingtalk-1.2.3.tgz`
 */
export const packCli = (programs: Programs, output: string, level?: number): Promise<string> =>
  packPackage(CLI_MANIFEST, output, level, async (directory) => {
    await placeCli(directory, programs);
    await copyFile(join(import.meta.dirname, 'npm-readme.md'), join(directory, 'README.md'));
  });

/**
 * Packs the npm package of the engine for one platform.
 * @param level of gzip, from 1 to 9
 * @returns the file's name: `argocd-dingtalk-engine-linux-x64-1.2.3.tgz`
 */
export const packEngine = (
  programs: Programs,
  platform: ReleasedPlatform,
  output: string,
  level?: number,
): Promise<string> =>
  packPackage(engineManifest(platform), output, level, (directory) =>
    placeEngine(directory, platform, programs),
  );

async function packPackage(
  manifest: { readonly name: string },
  output: string,
  level: number | undefined,
  fill: (directory: string) => Promise<void>,
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'package-'));
  try {
    await fill(directory);
    await writeFile(join(directory, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    const file = `${manifest.name.replace('@', '').replace('/', '-')}-${version}.tgz`;
    await packFolder(directory, 'package', join(output, file), level);
    return file;
  } finally {
    await rm(directory, { recursive: true });
  }
}
