/**
 * Writes what is generated from crds/*.yaml, which stay the only place where the API is defined.
 * `node operator/api/generate.ts` writes it; with `--check` it only says whether it is current.
 */

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { renderFields } from './render-fields.ts';
import { renderTypes } from './render-types.ts';

const TARGETS = [
  { name: 'types.generated.ts', render: renderTypes },
  { name: 'fields.generated.ts', render: renderFields },
];

for (const { name, render } of TARGETS) {
  const file = fileURLToPath(new URL(`./${name}`, import.meta.url));
  const wanted = await render();
  if (!process.argv.includes('--check')) {
    await writeFile(file, wanted);
  } else if ((await readFile(file, 'utf8').catch(() => '')) !== wanted) {
    process.stderr.write(
      `operator/api/${name} does not match crds/: run \`make generate\` and commit the result\n`,
    );
    process.exitCode = 1;
  }
}
