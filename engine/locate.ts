import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/** The program's name, and that of its Go command. */
export const ENGINE_NAME = 'argocd-dingtalk-engine';

/** What Go calls what Node calls otherwise. */
const GO_NAMES = new Map([
  ['win32', 'windows'],
  ['x64', 'amd64'],
]);

/** A system and a kind of processor, in Go's names: `linux/arm64`. */
export interface Platform {
  readonly os: string;
  readonly arch: string;
}

/** The platform that this process runs on. */
export function thisPlatform(): Platform {
  const { platform, arch } = process;
  return { os: GO_NAMES.get(platform) ?? platform, arch: GO_NAMES.get(arch) ?? arch };
}

/** The platforms of a release, as Node names them and npm's packages are named after them. */
export const RELEASED = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'] as const;

/** A platform of a release, in Node's names: `linux-x64`. */
export type ReleasedPlatform = (typeof RELEASED)[number];

/** The npm package with the program for a platform of {@link RELEASED}. */
export const enginePackage = (platform: string): string => `@argocd-dingtalk/engine-${platform}`;

/** The program's file name on a platform. */
export function engineFile({ os }: Platform): string {
  return os === 'windows' ? `${ENGINE_NAME}.exe` : ENGINE_NAME;
}

/** The program's place in a folder with those of several platforms. */
export function enginePath(platform: Platform): string {
  return join(`${platform.os}-${platform.arch}`, engineFile(platform));
}

/**
 * The absolute path of the engine's program: that in the environment variable ARGOCD_DINGTALK_ENGINE, or else the one
 * beside this file, where a bundle has it, or else the one of the npm package for this platform, or else the one that
 * `make engine` built last.
 *
 * @throws Error with a remedy if it is not there.
 */
export function locateEngine(environment: NodeJS.ProcessEnv = process.env): string {
  const explicit = environment.ARGOCD_DINGTALK_ENGINE;
  if (explicit) {
    if (existsSync(explicit)) return resolve(explicit);
    throw new Error(
      `ARGOCD_DINGTALK_ENGINE names ${explicit}, which does not exist: correct it, or unset it to use the engine of this installation`,
    );
  }
  const platform = thisPlatform();
  const beside = join(import.meta.dirname, engineFile(platform));
  const built = join(import.meta.dirname, '..', 'bin', 'engine', 'current', enginePath(platform));
  const found = [beside, packagedEngine(import.meta.filename), built].find(
    (path) => path && existsSync(path),
  );
  if (found) return found;
  if (import.meta.filename.endsWith('locate.ts'))
    throw new Error(
      `${built} does not exist: run 'make engine' (it takes Go), or set ARGOCD_DINGTALK_ENGINE to the path of an ${ENGINE_NAME}`,
    );
  throw new Error(missingEngine(beside, `${process.platform}-${process.arch}`));
}

/**
 * The program of the npm package for this platform; undefined if the package is not installed.
 * @param from the file from which npm's packages are looked up
 */
export function packagedEngine(from: string): string | undefined {
  const name = enginePackage(`${process.platform}-${process.arch}`);
  try {
    return join(dirname(createRequire(from).resolve(`${name}/package.json`)), engineFile(thisPlatform()));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** What to do about a release without an engine on this platform. */
export function missingEngine(beside: string, platform: string): string {
  const start = "Argo CD's engine is missing";
  const explicit = `set ARGOCD_DINGTALK_ENGINE to the path of an ${ENGINE_NAME}`;
  if (!(RELEASED as readonly string[]).includes(platform))
    return `${start}: there is none for ${platform}, only for ${RELEASED.join(', ')}. Build one for this platform from the sources, and ${explicit}.`;
  return (
    `${start}: neither the package ${enginePackage(platform)} is installed, nor is there ${beside}. ` +
    `Install the package in the version of argocd-dingtalk; npm installs both together unless --omit=optional is set. Or ${explicit}.`
  );
}
