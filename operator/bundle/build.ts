/** Makes dist/ of the sources and of the engine that `make engine` built: `node operator/bundle/build.ts`. */

import { copyFile, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { engineFile, locateEngine, thisPlatform } from '../../engine/locate.ts';
import { bundle } from './bundle.ts';
import { bundledFile, PROGRAMS, type ProgramName } from './programs.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const DIRECTORY = join(REPOSITORY, 'dist');

await rm(DIRECTORY, { recursive: true, force: true });
await bundle(DIRECTORY);
const engine = engineFile(thisPlatform());
await copyFile(locateEngine(), join(DIRECTORY, engine));
for (const name of [...Object.keys(PROGRAMS).map((each) => bundledFile(each as ProgramName)), engine]) {
  const file = join(DIRECTORY, name);
  const { size } = await stat(file);
  process.stdout.write(`${relative(REPOSITORY, file)}: ${(size / 1e6).toFixed(1)} MB\n`);
}
