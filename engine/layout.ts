import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type OutputFolder, outputFolder } from './go-build/output-folder.ts';
import { goToolchain } from './go-build/toolchain.ts';
import { enginePath, type Platform } from './locate.ts';

/** Without the commit, which would make a new program of every commit. */
export const GO_FLAGS = '-buildvcs=false';

/** Where the programs of this checkout belong, whether they exist yet or not. */
export interface EngineLayout extends OutputFolder {
  /** `<directory>/linux-amd64/argocd-dingtalk-engine`. */
  file(platform: Platform): string;
}

/**
 * Computes the layout.
 *
 * @throws Error with a remedy when Go is missing or too old, see {@link goToolchain}.
 */
export function engineLayout(): EngineLayout {
  const moduleDir = import.meta.dirname;
  const base = join(dirname(moduleDir), 'bin', 'engine');
  const sources = globSync(['cmd/**/*.go', 'internal/**/*.{go,gotmpl}'], { cwd: moduleDir });
  const { version } = goToolchain(moduleDir, 'the engine');
  const folder = outputFolder(
    { moduleDir, base },
    `${version} ${GO_FLAGS}`,
    sources.filter((file) => !file.endsWith('_test.go')),
  );
  return { ...folder, file: (platform) => join(folder.directory, enginePath(platform)) };
}
