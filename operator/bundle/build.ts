/**
 * Makes dist/ of the sources and of the engine that `make engine` built: `node operator/bundle/build.ts`. With
 * `--without-engine`, the engine comes from elsewhere, as in the Dockerfile.
 */

import { copyFile, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { engineFile, locateEngine, thisPlatform } from '../../engine/locate.ts';
import { bundle } from './bundle.ts';
import { bundledFile, PROGRAMS, type ProgramName } from './programs.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const DIRECTORY = join(REPOSITORY, 'dist');

const { values } = parseArgs({ options: { 'without-engine': { type: 'boolean', default: false } } });
await rm(DIRECTORY, { recursive: true, force: true });
await bundle(DIRECTORY);
const built: string[] = Object.keys(PROGRAMS).map((each) => bundledFile(each as ProgramName));
if (!values['without-engine']) {
  const engine = engineFile(thisPlatform());
  await copyFile(locateEngine(), join(DIRECTORY, engine));
  built.push(engine);
}
for (const name of built) {
  const file = join(DIRECTORY, name);
  const { size } = await stat(file);
  process.stdout.write(`${relative(REPOSITORY, file)}: ${(size / 1e6).toFixed(1)} MB\n`);
}
