import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import type { BuildContext } from './build-context.ts';

/** Flags as `parseArgs` gives them. */
type BuildFlags<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options }>
>['values'];

/**
 * Runs a build as this process: `--help`, an end by Ctrl-C or SIGTERM with exit code 130, and failures in one line with exit
 * code 1. Progress goes to standard output.
 *
 * @param help what `--help` prints
 * @param options those of `parseArgs`, beside `--help`
 */
export async function runBuildProgram<const Options extends ParseArgsOptionsConfig = Record<never, never>>(
  help: string,
  build: (context: BuildContext, flags: BuildFlags<Options>) => Promise<void>,
  options?: Options,
): Promise<void> {
  const interrupted = new AbortController();
  try {
    const asksForHelp = process.argv.slice(2).some((arg) => arg === '--help' || arg === '-h');
    if (asksForHelp) {
      process.stdout.write(help);
      return;
    }
    const { values } = parseArgs<{ options: Options }>({ options: options ?? ({} as Options) });
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort());
    await build(
      {
        signal: interrupted.signal,
        report: (line) => void process.stdout.write(`${line}\n`),
      },
      values,
    );
  } catch (error) {
    const { aborted } = interrupted.signal;
    process.stderr.write(
      aborted
        ? 'interrupted: finished programs stay, and Go keeps what it has compiled\n'
        : `${describe(error)}\n`,
    );
    process.exitCode = aborted ? 130 : 1;
  }
}

/** The message and those of its causes, unless the message repeats them. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause === undefined) return error.message;
  const cause = describe(error.cause);
  return error.message.includes(cause) ? error.message : `${error.message}: ${cause}`;
}
