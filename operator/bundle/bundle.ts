/**
 * Makes one file of each program, for a release. build.ts is the script, and programs.ts lists the programs.
 * plugins.ts and parts/ leave out the parts of packages that a program does not use.
 */

import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildResult, build } from 'esbuild';
import { builtinsLater, schemasCompiled } from './early-work.ts';
import { licencesText, packagesInside } from './licences.ts';
import { crdsInside, partsOfPackages, versionInside } from './plugins.ts';
import { PROGRAMS } from './programs.ts';

const REPOSITORY = join(import.meta.dirname, '../..');

/** An older Node would fail somewhere in the middle, without a word about its version. */
const VERSION_CHECK = `const neededNode = ${neededNode()};
if (Number.parseInt(process.versions.node) < neededNode) {
  console.error(\`error: this program needs Node \${neededNode} or newer, but \${process.execPath} is \${process.versions.node}\`);
  process.exit(2);
}`;

/** CommonJS packages require Node's own modules, and an ES module has no `require`. */
const REQUIRE = `import { createRequire as createRequireOfBundle } from 'node:module';
const require = createRequireOfBundle(import.meta.url);`;

/** The oldest major version of Node. package.json is the source. */
function neededNode(): number {
  const { engines } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
  return Number(/^>=(\d+)$/.exec(engines.node)?.[1]);
}

/** The modules and their imports, by their paths from the repository. */
export type Metafile = NonNullable<BuildResult['metafile']>;

/**
 * Makes one file of each program. Beside it are its source map, and the licences of all packages inside.
 * @param directory where to put them; it is made if it is missing
 * @throws Error if an import cannot be found or parsed
 */
export async function bundle(directory: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: REPOSITORY,
    entryPoints: Object.entries(PROGRAMS).map(([out, source]) => ({ in: source, out })),
    outdir: directory,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // A program is called by its name where a package manager has linked it.
    banner: { js: `#!/usr/bin/env node\n${VERSION_CHECK}\n${REQUIRE}` },
    plugins: [crdsInside, versionInside, partsOfPackages, schemasCompiled, builtinsLater],
    // Nothing is minified. Minifying did not make the start faster (docs/adr/0026), and a stack trace would name no
    // line. keepNames is off: it sets the name of each function again whenever the function is made, even in hot
    // loops.
    legalComments: 'external',
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
  });
  await writeFile(
    join(directory, 'LICENSES.txt'),
    licencesText(await packagesInside(REPOSITORY, Object.keys(metafile.inputs))),
  );
  // Node would parse a file twice to find that it is an ES module.
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }\n');
  return metafile;
}
