import { Command } from 'commander';
import { COMMANDS } from './descriptions.ts';
import { operatorCommand } from './operator.ts';
import { run, withinSurroundings } from './run.ts';
import type { Surroundings } from './surroundings.ts';

/** Runs the operator as a program of its own, which takes what `argocd-dingtalk operator` takes. */
export async function runOperator(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const program = withinSurroundings(new Command('argocd-dingtalk-operator'), surroundings);
  operatorCommand(program.description(COMMANDS.operator.description), surroundings);
  return run(program, args, surroundings);
}
