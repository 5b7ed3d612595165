import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const REPOSITORY = join(import.meta.dirname, '..');

/** What package.json says about the project; all parts of a release have its version. */
export const PROJECT = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly engines: { readonly node: string };
  readonly devDependencies: Readonly<Record<string, string>>;
};

/** The version of Node with which the project is tested, and which the standalone archives have inside. */
export const NODE_VERSION = PROJECT.devDependencies.node as string;
