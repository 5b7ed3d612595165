/** `completion`: scripts that let a shell complete the command line. bash.ts, zsh.ts and fish.ts have a script each. */

import type { ProcessIO } from '../process-io.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import type { CompletedCommand } from './words.ts';
import { zshScript } from './zsh.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** The shells that have a script. */
export type Shell = keyof typeof SCRIPTS;

/** Prints the script for a shell. */
export function completion(shell: Shell, commands: readonly CompletedCommand[], { stdout }: ProcessIO): void {
  stdout.write(SCRIPTS[shell](commands));
}
