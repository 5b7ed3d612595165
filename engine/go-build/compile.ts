import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { BuildContext } from './build-context.ts';

const HEARTBEAT_MS = 15_000;
const TAIL_LINES = 40;

/** One program to build into the file `target`, which is `<name>` or `<name>.exe`. */
export interface Compilation extends BuildContext {
  readonly moduleDir: string;
  readonly target: string;
  /** Another go.mod than the module's own. */
  readonly modfile?: string;
  /** The program's package. Default: `./cmd/<name>` of the module. */
  readonly source?: string;
  /** More flags for the linker, beside those that leave debugging information out. */
  readonly linkerFlags?: string;
  /** More environment for Go: what to build for. */
  readonly env?: Readonly<Record<string, string>>;
  /** What to expect from a cold cache, for the progress line: `about 1 min`. */
  readonly expected: string;
}

/**
 * Builds one static program. It appears at `target` whole or not at all.
 *
 * @throws Error with the last lines Go printed when the build fails; AbortError when `signal` fires.
 */
export async function compile(options: Compilation): Promise<void> {
  const { target, report } = options;
  const name = basename(target);
  const started = Date.now();
  const seconds = (): number => Math.round((Date.now() - started) / 1000);
  report(`${name}: building (${options.expected} on two cores when nothing is cached)`);
  await mkdir(dirname(target), { recursive: true });
  for (const leftover of globSync(`${target}.tmp-*`)) await rm(leftover, { recursive: true, force: true });
  const workDir = `${target}.tmp-${process.pid}`;
  try {
    await mkdir(workDir);
    await goBuild(workDir, options, (last) => report(`${name}: still building, ${seconds()} s${last}`));
    await rename(join(workDir, name), target);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
  report(`${name}: built in ${seconds()} s`);
}

/** Builds into `workDir`, where Go also has to keep its own temporary files: it leaves them behind when interrupted. */
function goBuild(workDir: string, options: Compilation, heartbeat: (last: string) => void): Promise<void> {
  const { moduleDir, signal } = options;
  const name = basename(options.target);
  const output = join(workDir, name);
  const args = [
    'build',
    ...(options.modfile === undefined ? ['-mod=readonly'] : ['-mod=mod', `-modfile=${options.modfile}`]),
    '-trimpath',
    '-ldflags',
    `-s -w ${options.linkerFlags ?? ''}`.trimEnd(),
    '-o',
    output,
    options.source ?? `./cmd/${basename(name, '.exe')}`,
  ];
  return new Promise((resolve, reject) => {
    // A process group of its own, because compilers run below `go`, and all have to end with it.
    const child = spawn('go', args, {
      cwd: moduleDir,
      env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOTMPDIR: workDir, ...options.env },
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    let lines: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      lines = [...lines, ...text.split('\n').filter((line) => line.trim() !== '')].slice(-TAIL_LINES);
    });
    const beating = setInterval(() => heartbeat(lines.length > 0 ? ` (${lines.at(-1)})` : ''), HEARTBEAT_MS);
    const interrupt = (): void => killGroup(child.pid);
    signal.addEventListener('abort', interrupt, { once: true });
    const settle = (error?: Error): void => {
      clearInterval(beating);
      signal.removeEventListener('abort', interrupt);
      if (signal.aborted) reject(signal.reason);
      else if (error === undefined) resolve();
      else reject(error);
    };
    child.once('error', (cause) => settle(new Error(`${name}: go cannot be started`, { cause })));
    child.once('close', (code, killedBy) => {
      const ending = killedBy === null ? `exit code ${code}` : `signal ${killedBy}`;
      settle(
        code === 0 ? undefined : new Error(`${name}: go build ended with ${ending}\n${lines.join('\n')}`),
      );
    });
    if (signal.aborted) interrupt();
  });
}

function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // ESRCH: it has ended already
  }
}
