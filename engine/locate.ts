import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

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
 * beside this file, where a bundle has it, or else the one that `make engine` built last.
 *
 * @throws Error with a remedy if it is not there.
 */
export function locateEngine(environment: NodeJS.ProcessEnv = process.env): string {
  const explicit = environment.ARGOCD_DINGTALK_ENGINE;
  if (explicit) {
    if (existsSync(explicit)) return resolve(explicit);
    throw new Error(
      `ARGOCD_DINGTALK_ENGINE names ${explicit}, which does not exist: correct it, or unset it to use what 'make engine' built`,
    );
  }
  const platform = thisPlatform();
  const beside = join(import.meta.dirname, engineFile(platform));
  const built = join(import.meta.dirname, '..', 'bin', 'engine', 'current', enginePath(platform));
  const found = [beside, built].find((path) => existsSync(path));
  if (found) return found;
  if (!import.meta.filename.endsWith('locate.ts'))
    throw new Error(
      `${beside} does not exist: put it there, where 'make build' puts it, or set ARGOCD_DINGTALK_ENGINE to its path`,
    );
  throw new Error(
    `${built} does not exist: run 'make engine' (it takes Go), or set ARGOCD_DINGTALK_ENGINE to the path of an ${ENGINE_NAME}`,
  );
}
