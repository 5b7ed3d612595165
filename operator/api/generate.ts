/**
 * Writes types.generated.ts from crds/*.yaml, which stay the only place where the API is defined.
 * `node operator/api/generate.ts` writes it; with `--check` it only says whether it is current.
 */

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { renderTypes } from './render-types.ts';

const TARGET = fileURLToPath(new URL('./types.generated.ts', import.meta.url));

const wanted = await renderTypes();
if (process.argv.includes('--check')) {
  if ((await readFile(TARGET, 'utf8').catch(() => '')) !== wanted) {
    process.stderr.write(
      'operator/api/types.generated.ts does not match crds/: run `make generate` and commit the result\n',
    );
    process.exitCode = 1;
  }
} else {
  await writeFile(TARGET, wanted);
}
