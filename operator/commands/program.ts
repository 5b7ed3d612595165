/**
 * The command line: flags in, text out. Each command has a file that declares its options and its help, and calls its tool in tools/;
 * descriptions.ts lists the commands, and run.ts turns a tool's error into an exit code.
 */

import { Argument, Command } from 'commander';
import type { ProcessIO } from '../tools/process-io.ts';
import { COMMANDS, type CommandDescription, type CommandName } from './descriptions.ts';
import { type CompleteCommand, run, withProcessIO } from './run.ts';

/** A command is loaded when it is called: each needs only a small part of all modules. */
const LOADERS: Readonly<Record<CommandName, () => Promise<CompleteCommand>>> = {
  operator: async () => (await import('./operator.ts')).operatorCommand,
  relay: async () => (await import('./relay.ts')).relayCommand,
  lint: async () => (await import('./lint.ts')).lintCommand,
  send: async () => (await import('./send.ts')).sendCommand,
  catalogue: async () => (await import('./catalogue.ts')).catalogueCommand,
  render: async () => (await import('./render.ts')).renderCommand,
  preview: async () => (await import('./preview.ts')).previewCommand,
  diff: async () => (await import('./diff.ts')).diffCommand,
  adopt: async () => (await import('./adopt.ts')).adoptCommand,
  explain: async () => (await import('./explain.ts')).explainCommand,
  uninstall: async () => (await import('./uninstall.ts')).uninstallCommand,
  'relay-queue': async () => (await import('./relay-queue.ts')).relayQueueCommand,
  completion: async () => (await import('./completion.ts')).completionCommand,
};

/** Runs one command line; resolves to the exit code. `args` are those after the program's name. */
export async function runProgram(args: readonly string[], io: ProcessIO): Promise<number> {
  const program = withProcessIO(new Command('argocd-dingtalk'), io)
    .description('DingTalk notifications for Argo CD, declared by each team as custom resources.')
    // The default omits `[options]` for a command without options, and the commands' options are not known yet.
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}` });
  const complete = new Map<Command, () => Promise<void>>();
  const allComplete = async (caller: Command): Promise<readonly Command[]> => {
    await Promise.all([...complete].map(([command, load]) => (command === caller ? undefined : load())));
    return program.commands;
  };
  for (const name of Object.keys(COMMANDS) as CommandName[]) {
    const command = bareCommand(name).copyInheritedSettings(program);
    program.addCommand(command);
    complete.set(command, async () => (await LOADERS[name]())(command, io, () => allComplete(command)));
  }
  program.hook('preSubcommand', (_, command) => complete.get(command)?.());
  return run(program, withHelpAsFlag(args), io);
}

function bareCommand(name: CommandName): Command {
  const { description, argument }: CommandDescription = COMMANDS[name];
  const command = new Command(name).description(description);
  if (!argument) return command;
  const { choices, name: argumentName } = argument;
  const declared = new Argument(argumentName, argument.description);
  return command.addArgument(choices ? declared.choices(choices) : declared);
}

/** `help NAME` calls no hook, so it would print the help of a command that is not loaded; `NAME --help` calls the hook. */
function withHelpAsFlag(args: readonly string[]): readonly string[] {
  const [first, name] = args;
  return first === 'help' && name !== undefined && Object.hasOwn(COMMANDS, name) ? [name, '--help'] : args;
}
