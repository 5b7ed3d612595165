import { Command, CommanderError } from 'commander';
import { redactError } from '../core/redact.ts';
import { adoptCommand } from './adopt.ts';
import { catalogueCommand } from './catalogue.ts';
import { diffCommand } from './diff.ts';
import { explainCommand } from './explain.ts';
import { lintCommand } from './lint.ts';
import { operatorCommand } from './operator.ts';
import { previewCommand } from './preview.ts';
import { renderCommand } from './render.ts';
import { sendCommand } from './send.ts';
import { EXIT, FindingsError, type Surroundings, UsageError } from './surroundings.ts';
import { uninstallCommand } from './uninstall.ts';

/** Runs one command line; resolves to the exit code. `args` are those after the program's name. */
export async function runProgram(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const program = new Command('argocd-dingtalk')
    .description('DingTalk notifications for Argo CD, declared by each team as custom resources.')
    .configureOutput({
      writeOut: (text) => surroundings.stdout.write(text),
      writeErr: (text) => surroundings.stderr.write(text),
    })
    .showHelpAfterError('Run with --help to see what there is.')
    .exitOverride();
  for (const command of [
    operatorCommand(surroundings),
    lintCommand(surroundings),
    sendCommand(surroundings),
    catalogueCommand(surroundings),
    renderCommand(surroundings),
    previewCommand(surroundings),
    diffCommand(surroundings),
    adoptCommand(surroundings),
    explainCommand(surroundings),
    uninstallCommand(surroundings),
  ]) {
    program.addCommand(command.copyInheritedSettings(program));
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof FindingsError) return EXIT.problem;
    const usage = error instanceof UsageError;
    surroundings.stderr.write(usage ? `${error.message}\n` : `error: ${redactError(error)}\n`);
    return usage ? EXIT.usage : EXIT.problem;
  }
}
