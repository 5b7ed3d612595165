import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/** What a program of ours gets to work with. */
export interface ProgramContext<Flags> {
  readonly flags: Flags;
  /** Fires at Ctrl-C and at SIGTERM. */
  readonly signal: AbortSignal;
  /** Waits for some work, but not once the program is interrupted: then it rejects with {@link Interrupted}. */
  untilInterrupted<T>(work: Promise<T>): Promise<T>;
}

/** Flags as `parseArgs` gives them. */
export type Flags<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options }>
>['values'];

/** The program was told to end. Thrown, so that whatever was started on the way is disposed of. */
export class Interrupted extends Error {}

/**
 * Runs a program for developers as this process, and ends the process: with the exit code that it gives, with 130 if it is
 * interrupted, and with 1 and one line on standard error if it throws. `--help` prints the help.
 * @param options those of `parseArgs`, beside `--help`
 */
export async function runProgram<const Options extends ParseArgsOptionsConfig>(
  help: string,
  options: Options,
  main: (context: ProgramContext<Flags<Options>>) => Promise<number>,
): Promise<never> {
  // Nothing is waited for that was still under way.
  process.exit(await exitCodeOf(help, options, main));
}

async function exitCodeOf<const Options extends ParseArgsOptionsConfig>(
  help: string,
  options: Options,
  main: (context: ProgramContext<Flags<Options>>) => Promise<number>,
): Promise<number> {
  try {
    if (process.argv.includes('--help')) {
      process.stdout.write(help);
      return 0;
    }
    const { values } = parseArgs<{ options: Options }>({ options });
    const interrupt = new AbortController();
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupt.abort());
    const { promise: interrupted, reject } = Promise.withResolvers<never>();
    interrupted.catch(() => undefined);
    interrupt.signal.addEventListener('abort', () => reject(new Interrupted('interrupted')));
    return await main({
      flags: values,
      signal: interrupt.signal,
      untilInterrupted: (work) => Promise.race([work, interrupted]),
    });
  } catch (error) {
    if (error instanceof Interrupted) return 130;
    process.stderr.write(`${messageOf(error)}\n`);
    return 1;
  }
}

/** A mistake in a flag is told in one line; whatever else goes wrong, with its place. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isFlag =
    error instanceof FlagError || ('code' in error && `${error.code}`.startsWith('ERR_PARSE_ARGS'));
  return isFlag ? error.message : (error.stack ?? error.message);
}

/** The value of a flag is not one that it can have. */
export class FlagError extends Error {
  constructor(name: string, expected: string, text: string) {
    super(`--${name}: expected ${expected}, got ${text}`);
  }
}

/**
 * The value of a flag that counts something.
 * @throws FlagError for anything but a whole number from `least` (1) to 999 999 999
 */
export function wholeNumber<Name extends string>(
  flags: Readonly<Record<Name, string>>,
  name: Name,
  least = 1,
): number {
  const text = flags[name];
  if (!/^\d{1,9}$/.test(text) || Number(text) < least)
    throw new FlagError(name, `a whole number from ${least}`, text);
  return Number(text);
}

/**
 * The value of a flag that chooses.
 * @throws FlagError for anything that is not known
 */
export function oneOf<T extends string>(name: string, known: readonly T[], text: string): T {
  const found = known.find((each) => each === text);
  if (found === undefined) throw new FlagError(name, `one of ${known.join(', ')}`, text);
  return found;
}
