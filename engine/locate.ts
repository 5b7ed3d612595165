import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The built module's name in its folder. */
export const ENGINE_FILE = 'engine.wasm.gz';

/**
 * The path of the compressed WebAssembly module: that in the environment variable ARGOCD_DINGTALK_ENGINE, or else
 * the one that `make engine` built last.
 *
 * @throws Error with a remedy if it is not there.
 */
export function locateEngine(environment: NodeJS.ProcessEnv = process.env): string {
  const explicit = environment.ARGOCD_DINGTALK_ENGINE;
  if (explicit) {
    if (existsSync(explicit)) return explicit;
    throw new Error(
      `ARGOCD_DINGTALK_ENGINE names ${explicit}, which does not exist: correct it, or unset it to use what 'make engine' built`,
    );
  }
  const built = join(import.meta.dirname, '..', 'bin', 'engine', 'current', ENGINE_FILE);
  if (existsSync(built)) return built;
  throw new Error(
    `${built} does not exist: run 'make engine' (it takes Go), or set ARGOCD_DINGTALK_ENGINE to the path of an ${ENGINE_FILE}`,
  );
}
