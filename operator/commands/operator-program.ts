import { Command } from 'commander';
import type { ProcessIO } from '../lib/process-io.ts';
import { COMMANDS } from './descriptions.ts';
import { operatorCommand } from './operator.ts';
import { run, withProcessIO } from './run.ts';

/** Runs the operator as a program of its own, which takes what `argocd-dingtalk operator` takes. */
export async function runOperator(args: readonly string[], io: ProcessIO): Promise<number> {
  const program = withProcessIO(new Command('argocd-dingtalk-operator'), io);
  operatorCommand(program.description(COMMANDS.operator.description), io);
  return run(program, args, io);
}
