import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { stringify } from 'yaml';
import { runOperator } from '../operator.ts';
import { runProgram } from '../program.ts';

/** What came of one command line. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line of the CLI in this process. */
export const run = (...args: string[]): Promise<CommandResult> => runInProcess(runProgram, args);

/** Runs a command line of the CLI in this process, with a text on standard input. */
export const runWithInput = (input: string, ...args: string[]): Promise<CommandResult> =>
  runInProcess(runProgram, args, [Buffer.from(input)]);

/** Runs a command line of the operator alone in this process. */
export const runOperatorProgram = (...args: string[]): Promise<CommandResult> =>
  runInProcess(runOperator, args);

async function runInProcess(
  program: typeof runProgram,
  args: readonly string[],
  input: readonly Uint8Array[] = [],
): Promise<CommandResult> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await program(args, {
    stdin: Readable.from(input),
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    once: () => undefined,
  });
  return { code, stdout: out.join(''), stderr: err.join('') };
}

/** A folder for the files of a test. */
export class TestFiles {
  readonly dir = mkdtempSync(join(tmpdir(), 'files-'));

  /** Writes a file and returns its path. */
  write(name: string, content: string | readonly object[]): string {
    const path = join(this.dir, name);
    const documents =
      typeof content === 'string' ? content : content.map((each) => stringify(each)).join('---\n');
    writeFileSync(path, documents);
    return path;
  }

  remove(): void {
    rmSync(this.dir, { recursive: true });
  }
}
