import { type Command, CommanderError } from 'commander';
import { redactError } from '../lib/redact.ts';
import { EXIT, FindingsError, type ProcessIO, UsageError } from '../tools/process-io.ts';

/** Gives a command its options and its work; name and description are set already. */
export type CompleteCommand = (command: Command, io: ProcessIO) => void;

/** Lets a command write to its io, and throw instead of ending the process. Subcommands inherit both. */
export function withProcessIO(command: Command, io: ProcessIO): Command {
  return command
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    })
    .showHelpAfterError('Run with --help to see the usage.')
    .exitOverride();
}

/** Runs a command line; resolves to the exit code. `args` are those after the program's name. */
export async function run(program: Command, args: readonly string[], io: ProcessIO): Promise<number> {
  try {
    await program.parseAsync([...args], { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof FindingsError) return EXIT.problem;
    const usage = error instanceof UsageError;
    io.stderr.write(usage ? `${error.message}\n` : `error: ${redactError(error)}\n`);
    return usage ? EXIT.usage : EXIT.problem;
  }
}
