import type { ParseArgsOptionsConfig } from 'node:util';
import { type Flags, type ProgramContext, runProgram } from '../support/program.ts';
import { createProgress, type Progress } from './progress.ts';

/** What a benchmark gets to work with. */
export interface BenchmarkContext<Values> extends ProgramContext<Values> {
  /** Tells what begins now. */
  readonly say: Progress['say'];
}

/** What a benchmark has found. */
export interface Measured {
  /** Goes to standard output. */
  readonly text: string;
  /** A line for each figure that is beyond its bound. */
  readonly beyond: readonly string[];
}

/** The flag that most benchmarks have. */
export const OUTPUT = { type: 'string', default: 'markdown' } as const;
export const OUTPUTS = ['markdown', 'json'] as const;

/** Runs a benchmark as this process; the exit code is 1 if a figure is beyond its bound. See {@link runProgram}. */
export function runBenchmark<const Options extends ParseArgsOptionsConfig>(
  help: string,
  options: Options,
  measure: (context: BenchmarkContext<Flags<Options>>) => Promise<Measured>,
): Promise<never> {
  return runProgram(help, options, async (context) => {
    using progress = createProgress();
    const { text, beyond } = await measure({ ...context, say: progress.say });
    process.stdout.write(text);
    for (const each of beyond) process.stderr.write(`${each}\n`);
    return beyond.length === 0 ? 0 : 1;
  });
}
