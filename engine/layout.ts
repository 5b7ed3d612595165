import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { goToolchain } from '../test/cluster/toolchain.ts';
import { ENGINE_FILE } from './locate.ts';

/** What Go builds for. CGO_ENABLED and the flags that strip symbols and paths are those of every build here. */
export const GO_TARGET = {
  GOOS: 'wasip1',
  GOARCH: 'wasm',
  // Without the commit, which would make a new module of every commit.
  GOFLAGS: '-buildmode=c-shared -buildvcs=false',
} as const;

/** Where the module of this checkout belongs, whether it exists yet or not. */
export interface EngineLayout {
  /** Folder of the Go module that builds it. */
  readonly moduleDir: string;
  /** `<repository>/bin/engine`. */
  readonly base: string;
  /** `<repository>/bin/engine/<hash>`. */
  readonly directory: string;
  /** `<repository>/bin/engine/<hash>/engine.wasm.gz`. */
  readonly file: string;
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
  return { moduleDir, base, directory, file: join(directory, ENGINE_FILE) };
}

function contentHash(moduleDir: string): string {
  const hash = createHash('sha256');
  hash.update(`${goToolchain(moduleDir, 'the engine').version} ${JSON.stringify(GO_TARGET)}\n`);
  const sources = globSync(['cmd/**/*.go', 'internal/**/*.go'], { cwd: moduleDir });
  const built = sources.filter((file) => !file.endsWith('_test.go')).sort();
  for (const file of ['go.mod', 'go.sum', ...built]) {
    const content = readFileSync(join(moduleDir, file));
    hash.update(`${file} ${content.length}\n`).update(content);
  }
  return hash.digest('hex').slice(0, 12);
}
