import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { runProgram } from '../program.ts';

/** What came of one command line. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process. */
export async function run(...args: string[]): Promise<CommandResult> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runProgram(args, {
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
