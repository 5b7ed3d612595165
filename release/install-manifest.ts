import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { locateTools } from '../test/support/tools.ts';
import { REPOSITORY } from './project.ts';

/**
 * The whole installation as one YAML file: CRDs, rights and everything else in config/default.
 * @throws Error if kubectl is missing, with the remedy, or cannot build it
 */
export async function installManifest(): Promise<string> {
  const { stdout } = await promisify(execFile)(
    locateTools().kubectl,
    ['kustomize', join(REPOSITORY, 'config/default')],
    { maxBuffer: 2 ** 26 },
  );
  return stdout;
}
