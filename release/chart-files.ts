/**
 * Copies the manifests that the Helm chart reads into its `files/`. Helm reads nothing outside of a chart's folder, and links are lost
 * by archives and by Git on Windows. `node release/chart-files.ts` writes; with `--check` it only says whether the copies are current.
 */

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CHART } from './chart.ts';
import { REPOSITORY } from './project.ts';

const FILES = join(CHART, 'files');

/** The folders that the chart reads, in the repository. */
const SOURCES = [
  'crds',
  'config/api',
  'config/gitee',
  'config/installation',
  'config/manager',
  'config/monitoring',
  'config/network-policy',
  'config/project-annotations',
  'config/rbac',
  'config/read-secrets',
  'config/read-secrets-in-namespace',
  'config/relay',
  'config/relay-base',
  'config/relay-monitoring',
  'config/relay-postgres',
  'config/relay-read-secrets-in-namespace',
  'config/watch-secrets',
  'config/watch-secrets-in-namespace',
];

/** The files of a folder by their path in it; none for a folder that does not exist. */
async function read(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  return new Map(paths.map((path, index) => [path.slice(folder.length + 1), texts[index] as string]));
}

const wanted = new Map<string, string>();
for (const source of SOURCES)
  for (const [path, text] of await read(join(REPOSITORY, source)))
    wanted.set(join(basename(source), path), text);

const current = await read(FILES);
const wrong = [...new Set([...wanted.keys(), ...current.keys()])].filter(
  (path) => wanted.get(path) !== current.get(path),
);

if (!process.argv.includes('--check')) {
  for (const path of wrong) {
    const text = wanted.get(path);
    const file = join(FILES, path);
    if (text === undefined) await rm(file);
    else {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
  }
} else if (wrong.length > 0) {
  process.stderr.write(
    `files/ of the Helm chart does not match the manifests of config/ (${wrong.sort().join(', ')}): ` +
      'change those of config/, run `make generate` and commit the result\n',
  );
  process.exitCode = 1;
}
