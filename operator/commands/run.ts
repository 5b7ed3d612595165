import { type Command, CommanderError } from 'commander';
import { EXIT, FindingsError, type Surroundings, UsageError } from '../lib/process-io.ts';
import { redactError } from '../lib/redact.ts';

/** Gives a command, which has its name and description already, options and the work that it does. */
export type CompleteCommand = (command: Command, surroundings: Surroundings) => void;

/** Lets a command talk to its surroundings, and throw instead of ending the process. Subcommands inherit it. */
export function withinSurroundings(command: Command, surroundings: Surroundings): Command {
  return command
    .configureOutput({
      writeOut: (text) => surroundings.stdout.write(text),
      writeErr: (text) => surroundings.stderr.write(text),
    })
    .showHelpAfterError('Run with --help to see what there is.')
    .exitOverride();
}

/** Runs a command line; resolves to the exit code. `args` are those after the program's name. */
export async function run(
  program: Command,
  args: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
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
