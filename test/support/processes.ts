import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { OutputLog } from './output-log.ts';
import { killWithThisProcess } from './watchdog.ts';

const TAIL_LINES = 40;

/** What to run and how to know that it runs. Times in milliseconds. */
export interface ProcessOptions {
  /** For messages: `kube-apiserver`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to this process' environment; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** File that gets all output as well. */
  readonly logFile?: string;
  /** Gets the output as it comes, in pieces that need not be lines. */
  readonly onOutput?: ((text: string) => void) | undefined;
  /** Asked until it answers true; exceptions count as "not yet". Without it the process is ready when it is started. */
  readonly ready?: (process: RunningProcess) => boolean | Promise<boolean>;
  /** 60 000. */
  readonly readyTimeoutMs?: number;
}

/** How a process ended: by itself with `code`, or by `signal`. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A child process in a process group of its own that ends, at the latest, with this process. */
export interface RunningProcess extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  /** Resolves when the process has ended and all its output was read; never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** Standard output and error so far, in the order of arrival. */
  output(): string;
  /** Sends a signal to the process and all it started; does nothing once it has ended. */
  signal(name: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL after `graceMs` (5 000). Waits for the end; may be called again and after the end. */
  stop(graceMs?: number): Promise<ProcessExit>;
}

/**
 * Starts a process and waits until it is ready.
 *
 * @throws Error with the last 40 lines of output when it cannot be started, ends before it is ready, or is not ready
 * in time; it does not run any more then.
 */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const log = new OutputLog(options.logFile);
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  if (child.pid === undefined) {
    const [cause] = await once(child, 'error');
    log.close();
    throw new Error(`${options.name} cannot be started: ${cause}`, { cause });
  }
  const running = supervise(options.name, child, child.pid, log);
  const { onOutput } = options;
  if (onOutput) for (const stream of [child.stdout, child.stderr]) stream?.on('data', onOutput);
  if (options.ready === undefined) return running;
  try {
    await untilReady(running, options.ready, options.readyTimeoutMs ?? 60_000);
    return running;
  } catch (cause) {
    await running.stop();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${options.name}: ${reason}; its last output:\n${log.tail(TAIL_LINES)}`, { cause });
  }
}

async function untilReady(
  running: RunningProcess,
  ready: NonNullable<ProcessOptions['ready']>,
  timeoutMs: number,
): Promise<void> {
  let exit: ProcessExit | undefined;
  void running.exited.then((ending) => {
    exit = ending;
  });
  await eventually('it to be ready', () => exit !== undefined || ready(running), { timeoutMs });
  if (exit) throw new Error(`ended before it was ready, with ${exit.signal ?? `exit code ${exit.code}`}`);
}

function supervise(name: string, child: ChildProcess, pid: number, log: OutputLog): RunningProcess {
  const endWatch = killWithThisProcess(pid);
  for (const stream of [child.stdout, child.stderr]) if (stream) log.follow(stream);
  let ended = false;
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('exit', () => {
      ended = true;
      signalGroup(pid, 'SIGKILL'); // whatever it started and left behind
      endWatch();
    });
    child.once('close', (code, signal) => {
      log.close();
      resolve({ code, signal });
    });
  });
  const signal = (signalName: NodeJS.Signals): void => {
    if (!ended) signalGroup(pid, signalName);
  };
  const stop = async (graceMs = 5_000): Promise<ProcessExit> => {
    signal('SIGTERM');
    const killing = setTimeout(() => signal('SIGKILL'), graceMs);
    const exit = await exited;
    clearTimeout(killing);
    return exit;
  };
  return {
    name,
    pid,
    exited,
    output: () => log.text(),
    signal,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}

function signalGroup(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // ESRCH: nobody is left
  }
}
