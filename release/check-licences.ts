/** Lists the licences of all packages in the programs of a release, and fails for one that is not allowed: `make licences`. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBuildProgram } from '../engine/go-build/build-program.ts';
import { bundle } from '../operator/bundle/bundle.ts';
import { componentsOf } from './components.ts';
import { refusedLicences } from './licences.ts';

const HELP = `Usage: node release/check-licences.ts

Counts the licences of the npm packages in the bundles and of the Go modules in the engine. Exits with 1 if one is not in the
list of release/licences.ts.
`;

await runBuildProgram(HELP, async ({ report }) => {
  const scratch = await mkdtemp(join(tmpdir(), 'licences-'));
  try {
    const { npm, go } = await componentsOf(await bundle(scratch));
    for (const [what, packages] of Object.entries({ 'npm packages': npm, 'Go modules': go })) {
      const counts = Map.groupBy(packages, ({ licence }) => licence || 'unknown');
      const list = [...counts].map(([licence, all]) => `${licence} ${all.length}`).sort();
      report(`${packages.length} ${what}: ${list.join(', ')}`);
    }
    const refused = refusedLicences([...npm, ...go]);
    if (refused.length > 0) throw new Error(refused.join('\n'));
  } finally {
    await rm(scratch, { recursive: true });
  }
});
