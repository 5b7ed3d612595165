/**
 * Makes all files of a release in dist/release: `make release`. ARTEFACTS lists what they are; RELEASE.md says how a
 * release is made.
 */

import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { BuildContext } from '../engine/go-build/build-context.ts';
import { runBuildProgram } from '../engine/go-build/build-program.ts';
import { engineLayout } from '../engine/layout.ts';
import { RELEASED } from '../engine/locate.ts';
import { bundle } from '../operator/bundle/bundle.ts';
import { packArchive } from './archives.ts';
import { packChart } from './chart.ts';
import { componentsOf } from './components.ts';
import { goPlatform, modulesOf } from './go-modules.ts';
import { installManifest } from './install-manifest.ts';
import { refusedLicences } from './licences.ts';
import { packCli, packEngine } from './npm-packages.ts';
import type { Programs } from './programs.ts';
import { REPOSITORY } from './project.ts';
import { billOfMaterials } from './sbom.ts';

const OUTPUT = join(REPOSITORY, 'dist/release');

const HELP = `Usage: node release/build.ts

Makes all files of a release in ${relative(process.cwd(), OUTPUT)}: the npm packages, the standalone archives, the installation as one YAML
file and as a Helm chart, the bill of materials, and SHA256SUMS. It needs the engines of all platforms kubectl, which make release builds
first, and npm's registry for Node itself unless npm's cache has it. The same sources give the same bytes.
`;

/** The files of a release but for the checksums: each entry writes its files into the folder. */
const ARTEFACTS: readonly ((programs: Programs, output: string) => Promise<unknown>)[] = [
  packCli,
  ...RELEASED.map(
    (platform) => (programs: Programs, output: string) => packEngine(programs, platform, output),
  ),
  ...RELEASED.map(
    (platform) => (programs: Programs, output: string) => packArchive(programs, platform, output),
  ),
  async (_, output) => writeFile(join(output, 'install.yaml'), await installManifest()),
  (_, output) => packChart(output),
  async ({ components }, output) =>
    writeFile(join(output, 'sbom.cdx.json'), await billOfMaterials(components)),
];

async function programsIn(scratch: string): Promise<Programs> {
  const layout = engineLayout();
  const components = await componentsOf(await bundle(scratch));
  const refused = refusedLicences([...components.npm, ...components.go]);
  if (refused.length > 0) throw new Error(refused.join('\n'));
  const engine: Programs['engine'] = (platform) => layout.file(goPlatform(platform));
  const known = new Set(components.go.map(({ name, version }) => `${name} ${version}`));
  for (const platform of RELEASED) {
    const unknown = modulesOf(engine(platform)).filter((module) => !known.has(module));
    if (unknown.length > 0)
      throw new Error(
        `the engine for ${platform} has modules that 'go list' does not know: ${unknown.join(', ')}`,
      );
  }
  return { bundle: scratch, engine, components };
}

/** In the form of sha256sum, in order of the names. */
async function checksums(directory: string): Promise<string> {
  const names = (await readdir(directory)).sort();
  const lines = names.map(async (name) => {
    const hash = createHash('sha256').update(await readFile(join(directory, name)));
    return `${hash.digest('hex')}  ${name}\n`;
  });
  return (await Promise.all(lines)).join('');
}

async function release({ signal, report }: BuildContext): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'release-'));
  try {
    report('release: bundling, and looking at the licences of all parts (about 10 s)');
    const programs = await programsIn(scratch);
    await rm(OUTPUT, { recursive: true, force: true });
    await mkdir(OUTPUT, { recursive: true });
    const reported = new Set<string>();
    for (const make of ARTEFACTS) {
      signal.throwIfAborted();
      await make(programs, OUTPUT);
      for (const name of (await readdir(OUTPUT)).filter((each) => !reported.has(each))) {
        const { size } = await stat(join(OUTPUT, name));
        report(`${name}: ${(size / 1e6).toFixed(1)} MB`);
        reported.add(name);
      }
    }
    await writeFile(join(OUTPUT, 'SHA256SUMS'), await checksums(OUTPUT));
    report(`SHA256SUMS: all files are in ${relative(process.cwd(), OUTPUT)}`);
  } finally {
    await rm(scratch, { recursive: true });
  }
}

await runBuildProgram(HELP, release);
