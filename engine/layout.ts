import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { goToolchain } from '../test/cluster/toolchain.ts';
import { enginePath, type Platform } from './locate.ts';

/** Without the commit, which would make a new program of every commit. */
export const GO_FLAGS = '-buildvcs=false';

/** Where the programs of this checkout belong, whether they exist yet or not. */
export interface EngineLayout {
  /** Folder of the Go module that builds them. */
  readonly moduleDir: string;
  /** `<repository>/bin/engine`. */
  readonly base: string;
  /** `<repository>/bin/engine/<hash>`. */
  readonly directory: string;
  /** `<directory>/linux-amd64/argocd-dingtalk-engine`. */
  file(platform: Platform): string;
}

/**
 * Computes the layout. The folder's name is a hash of all that decides what a build gives.
 *
 * @throws Error with a remedy when Go is missing or too old.
 */
export function engineLayout(): EngineLayout {
  const moduleDir = import.meta.dirname;
  const base = join(dirname(moduleDir), 'bin', 'engine');
  const directory = join(base, contentHash(moduleDir));
  return { moduleDir, base, directory, file: (platform) => join(directory, enginePath(platform)) };
}

function contentHash(moduleDir: string): string {
  const hash = createHash('sha256');
  hash.update(`${goToolchain(moduleDir, 'the engine').version} ${GO_FLAGS}\n`);
  const sources = globSync(['cmd/**/*.go', 'internal/**/*.go'], { cwd: moduleDir });
  const built = sources.filter((file) => !file.endsWith('_test.go')).sort();
  for (const file of ['go.mod', 'go.sum', ...built]) {
    const content = readFileSync(join(moduleDir, file));
    hash.update(`${file} ${content.length}\n`).update(content);
  }
  return hash.digest('hex').slice(0, 12);
}
