import { type Command, CommanderError } from 'commander';
import { redactError } from '../lib/redact.ts';
import { EXIT, FindingsError, type ProcessIO, UsageError } from '../tools/process-io.ts';

/**
 * Gives a command its options and its work; name and description are set already. `all` completes the other commands and
 * returns every one of the program.
 */
export type CompleteCommand = (
  command: Command,
  io: ProcessIO,
  all: () => Promise<readonly Command[]>,
) => void;

const VERSION = ['-V', '--version'];

/** Lets a program write to its io, and throw instead of ending the process. Subcommands inherit both. */
export function withProcessIO(program: Command, io: ProcessIO): Command {
  return program
    .option(VERSION.join(', '), "print the versions of this program and of Argo CD's engine")
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
    // It is known before any command is loaded, and does without options that are required.
    if (args.length === 1 && VERSION.includes(args[0] as string)) {
      const { printVersions } = await import('../tools/versions.ts');
      await printVersions(program.name(), io);
    } else await program.parseAsync([...args], { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof FindingsError) return EXIT.problem;
    const usage = error instanceof UsageError;
    io.stderr.write(usage ? `${error.message}\n` : `error: ${redactError(error)}\n`);
    return usage ? EXIT.usage : EXIT.problem;
  }
}
