/** Makes dist/ of the sources: `node operator/bundle/build.ts`. */

import { stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { bundle } from './bundle.ts';
import { bundledFile, PROGRAMS, type ProgramName } from './programs.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const DIRECTORY = join(REPOSITORY, 'dist');

await bundle(DIRECTORY);
for (const name of Object.keys(PROGRAMS) as ProgramName[]) {
  const file = join(DIRECTORY, bundledFile(name));
  const { size } = await stat(file);
  process.stdout.write(`${relative(REPOSITORY, file)}: ${(size / 1e6).toFixed(1)} MB\n`);
}
