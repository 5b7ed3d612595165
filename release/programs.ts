import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { engineFile, type ReleasedPlatform } from '../engine/locate.ts';
import { licencesText } from '../operator/bundle/licences.ts';
import { bundledFile } from '../operator/bundle/programs.ts';
import type { Components } from './components.ts';
import { REPOSITORY } from './project.ts';

/** What the packages and archives of a release are made from. */
export interface Programs {
  /** Folder of the bundle. */
  readonly bundle: string;
  /** The engine's program for a platform. */
  readonly engine: (platform: ReleasedPlatform) => string;
  readonly components: Components;
}

/** The name of the CLI: of its npm package, of its command, and in the names of its archives. */
export const CLI = 'argocd-dingtalk';

/** The bundled CLI. */
export const CLI_FILE = bundledFile(CLI);

/** The name of the text with the licences of the npm packages inside the CLI. */
export const LICENCES_FILE = 'LICENSES.txt';
const ENGINE_LICENCES_FILE = 'ENGINE-LICENSES.txt';

/** Puts the CLI and its licences into a folder. */
export async function placeCli(directory: string, { bundle, components }: Programs): Promise<void> {
  await mkdir(directory, { recursive: true });
  await copyFile(join(bundle, CLI_FILE), join(directory, CLI_FILE));
  await chmod(join(directory, CLI_FILE), 0o755);
  await copyFile(join(REPOSITORY, 'LICENSE'), join(directory, 'LICENSE'));
  await writeFile(join(directory, LICENCES_FILE), licencesText(components.npm));
}

/** Puts the engine for a platform and its licences into a folder. */
export async function placeEngine(
  directory: string,
  platform: ReleasedPlatform,
  { engine, components }: Programs,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  // The platforms of a release have a program of one name.
  const file = join(directory, engineFile({ os: 'linux', arch: '' }));
  await copyFile(engine(platform), file);
  await chmod(file, 0o755);
  await copyFile(join(REPOSITORY, 'LICENSE'), join(directory, 'LICENSE'));
  await writeFile(join(directory, ENGINE_LICENCES_FILE), licencesText(components.go));
}
