/**
 * Makes one file of each program, for a release. build.ts is the script, and programs.ts lists the programs.
 * plugins.ts and parts/ leave out the parts of packages that a program does not use.
 */

import { readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildResult, build } from 'esbuild';
import { crdsInside, partsOfPackages } from './plugins.ts';
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
    banner: { js: `${VERSION_CHECK}\n${REQUIRE}` },
    plugins: [crdsInside, partsOfPackages],
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
    await licencesOf(REPOSITORY, Object.keys(metafile.inputs)),
  );
  // Node would parse a file twice to find that it is an ES module.
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }\n');
  return metafile;
}

/**
 * The licences of the packages that have a part in a bundle, one text for all.
 * @param repository where the modules' paths begin
 * @param modules the bundle's modules
 */
async function licencesOf(repository: string, modules: Iterable<string>): Promise<string> {
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
