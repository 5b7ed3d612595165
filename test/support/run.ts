import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** How a program that ran to its end did. `code` is 128 or more when it was killed. */
export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What to give a program: text for its standard input, more environment, milliseconds to live (60 000). */
export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs?: number;
}

/**
 * Runs a program to its end, whatever the exit code.
 *
 * @throws Error when it cannot be started or does not end in time.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const { input, env, timeoutMs = 60_000 } = options;
  const limit = AbortSignal.timeout(timeoutMs);
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    signal: limit,
    killSignal: 'SIGKILL',
  });
  child.stdin.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error; // EPIPE: it ended without reading all; its exit code tells
  });
  child.stdin.end(input ?? '');
  try {
    const output = Promise.all([text(child.stdout), text(child.stderr)]);
    const [code] = (await once(child, 'close')) as [number | null];
    const [stdout, stderr] = await output;
    return { code: code ?? 128, stdout, stderr };
  } catch (cause) {
    const what = limit.aborted ? `did not end within ${timeoutMs} ms` : 'cannot be run';
    throw new Error(`${command} ${args.join(' ')} ${what}`, { cause });
  }
}
