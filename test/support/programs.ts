import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bundledFile, PROGRAMS, type ProgramName } from '../../operator/bundle/programs.ts';

const REPOSITORY = join(import.meta.dirname, '../..');

/**
 * Node's arguments for a program of ours and its own arguments: the bundled program in dist/ if BUNDLE=1 is in the
 * environment, otherwise its sources.
 *
 * @throws Error with a remedy if there is no bundle
 */
export function programCommand(
  name: ProgramName,
  args: readonly string[],
  bundle = process.env.BUNDLE,
  dist = join(REPOSITORY, 'dist'),
): string[] {
  if (bundle !== '1') return [join(REPOSITORY, PROGRAMS[name]), ...args];
  const file = join(dist, bundledFile(name));
  if (!existsSync(file)) throw new Error(`BUNDLE=1, and there is no ${file}: run 'make build'`);
  return [file, ...args];
}

/** Node's arguments for a command of the CLI: `cliCommand('lint', '-f', file)`. */
export function cliCommand(...args: string[]): string[] {
  return programCommand('argocd-dingtalk', args);
}

/** Node's arguments for the operator alone. */
export function operatorCommand(...args: string[]): string[] {
  return programCommand('argocd-dingtalk-operator', args);
}
