import { spawn } from 'node:child_process';
import { basename } from 'node:path';

const TAIL_LINES = 25;

/** What to give a program that runs to its end. */
export interface ExecuteOptions {
  /** How long it may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly cwd?: string;
  /** Added to this process' environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Gets each line of the output as it comes, also of standard error. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/**
 * Runs a program to its end and returns its standard output. The program and everything that it starts are ended when the
 * signal fires or the time is over.
 *
 * @throws Error with the last lines of the output if it cannot be started, fails, or takes too long; the signal's reason if
 * the signal fires.
 */
export async function execute(
  program: string,
  args: readonly string[],
  options: ExecuteOptions,
): Promise<string> {
  const { timeoutMs, signal, cwd, env, onLine } = options;
  signal?.throwIfAborted();
  const name = [basename(program), ...args.slice(0, 3)].join(' ');
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // the leader of a group, with which all that it starts can be ended
  });
  const pieces: Buffer[] = [];
  const lines: string[] = [];
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (piece: Buffer) => {
      const texts = piece.toString('utf8').split(/[\r\n]+/);
      for (const line of texts.filter((text) => text.trim() !== '')) {
        lines.push(line);
        if (lines.length > TAIL_LINES) lines.shift();
        onLine?.(line);
      }
    });
  const kill = (): void => killTree(child.pid);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    kill();
  }, timeoutMs);
  signal?.addEventListener('abort', kill, { once: true });
  child.once('error', (cause: NodeJS.ErrnoException) => {
    const problem = cause.code === 'ENOENT' ? 'is not installed, or not on the PATH' : 'cannot be started';
    reject(new Error(`${basename(program)} ${problem}`, { cause }));
  });
  child.once('close', (code, killedBy) => {
    if (code === 0) resolve(Buffer.concat(pieces).toString('utf8'));
    else if (signal?.aborted) reject(signal.reason);
    else {
      const exit = killedBy === null ? `ended with exit code ${code}` : `was ended by ${killedBy}`;
      const ending = late ? `did not end within ${Math.round(timeoutMs / 1000)} s` : exit;
      reject(new Error([`${name} ${ending}`, ...lines].join('\n  ')));
    }
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', kill);
  }
}

function killTree(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // ESRCH: it has ended already
  }
}
