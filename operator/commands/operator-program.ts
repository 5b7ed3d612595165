import { Command } from 'commander';
import type { Surroundings } from '../lib/process-io.ts';
import { COMMANDS } from './descriptions.ts';
import { operatorCommand } from './operator.ts';
import { run, withinSurroundings } from './run.ts';

/** Runs the operator as a program of its own, which takes what `argocd-dingtalk operator` takes. */
export async function runOperator(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const program = withinSurroundings(new Command('argocd-dingtalk-operator'), surroundings);
  operatorCommand(program.description(COMMANDS.operator.description), surroundings);
  return run(program, args, surroundings);
}
