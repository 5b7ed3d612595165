import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A package that has a part in a program. */
export interface PackageInside {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression; as package.json has it for a package of npm. */
  readonly licence: string;
  /** The texts of the licence and of the notices. */
  readonly texts: readonly string[];
}

/** The names of files with the licence of the package that they lie in. */
export const LICENCE_FILE = /^(licen[cs]e|copying|notice)(?!.*\.go$)/i;

/**
 * The packages of npm that have a part in a bundle, in order of their folders.
 * @param repository where the modules' paths begin
 * @param modules the bundle's modules
 */
export async function packagesInside(
  repository: string,
  modules: Iterable<string>,
): Promise<PackageInside[]> {
  const directories = [...modules].map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  const packages = [...new Set(directories)].filter((path) => path !== undefined).sort();
  return Promise.all(
    packages.map(async (path) => {
      const directory = join(repository, path);
      const { name, version, license } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
      return { name, version, licence: license, texts: await licenceTexts(directory) };
    }),
  );
}

/** The texts of the licence files in a folder, in order of their names. */
export async function licenceTexts(directory: string): Promise<string[]> {
  const files = (await readdir(directory)).filter((file) => LICENCE_FILE.test(file)).sort();
  return Promise.all(files.map((file) => readFile(join(directory, file), 'utf8')));
}

/** One text for all packages: name, version and short name of the licence, and the texts if there are any. */
export function licencesText(packages: readonly PackageInside[]): string {
  return packages
    .map(({ name, version, licence, texts }) =>
      [`${name} ${version}, ${licence}`, ...texts.map((text) => text.trim())].join('\n\n'),
    )
    .join(`\n\n${'-'.repeat(80)}\n\n`)
    .concat('\n');
}
