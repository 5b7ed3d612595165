import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The licences of the packages that have a part in a bundle, one text for all.
 * @param repository where the modules' paths begin
 * @param modules the bundle's modules
 */
export async function licencesOf(repository: string, modules: Iterable<string>): Promise<string> {
  const directories = [...modules].map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  const packages = [...new Set(directories)].filter((path) => path !== undefined).sort();
  const licences = await Promise.all(packages.map((path) => licenceOf(join(repository, path))));
  return licences.join(`\n${'-'.repeat(80)}\n\n`);
}

/** The package's name and version, the short name of its licence, and the text if there is one. */
async function licenceOf(directory: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
  const files = (await readdir(directory)).filter((file) => /^licen[cs]e|^notice/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(directory, file), 'utf8')));
  return `${[`${name} ${version}, ${license}`, ...texts.map((text) => text.trim())].join('\n\n')}\n`;
}
