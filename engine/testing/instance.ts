import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** A question that lasts longer ends before it has lasted twice as long. */
const DEADLINE_MS = 30_000;

/** The length, and a number that is always 0 here. */
const HEADER_BYTES = 8;

/** A running engine. It ends with this process. */
export interface Instance {
  /**
   * Sends a request, as text or to be made JSON, waits for the answer and parses it.
   * @throws Error if the engine has ended, or has no answer after a minute: then it is killed
   */
  ask(request: unknown): unknown;
  /** What the process has in memory now. */
  memoryBytes(): number;
}

/**
 * Starts an engine for tests that are not asynchronous, such as properties of thousands of small questions: `ask` blocks
 * this thread. So another thread watches the time; the limit of its memory is the program's own.
 */
export async function startEngine(program: string, deadlineMs = DEADLINE_MS): Promise<Instance> {
  const { pid, requests, answers } = startBetweenPipes(program);
  const asking = endWhenAskedFor(deadlineMs, pid);
  const read = (): string => {
    const header = readExactly(answers, HEADER_BYTES);
    return readExactly(answers, header.readUInt32BE()).toString('utf8');
  };
  const write = (text: string): void => {
    const frame = Buffer.from(`${'\0'.repeat(HEADER_BYTES)}${text}`);
    frame.writeUInt32BE(frame.length - HEADER_BYTES);
    for (let at = 0; at < frame.length; ) at += writeSync(requests, frame, at);
  };
  read(); // its greeting
  return {
    ask(request) {
      const text = typeof request === 'string' ? request : JSON.stringify(request);
      return asking(() => {
        write(text);
        return JSON.parse(read());
      });
    },
    memoryBytes: () =>
      1_024 * Number(execFileSync('ps', ['-o', 'rss=', '-p', `${pid}`], { encoding: 'utf8' })),
  };
}

/** Runs in a thread of its own, beside one that is blocked. The number counts the beginnings and the ends of questions. */
const WATCH = `
  const { workerData: { count, deadlineMs, pid } } = require('node:worker_threads');
  const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));
  for (let before = 0; ; ) {
    Atomics.wait(nobodyWakes, 0, 0, deadlineMs);
    const seen = Atomics.load(count, 0);
    if (seen % 2 === 1 && seen === before) process.kill(pid, 'SIGKILL');
    before = seen;
  }`;

/** Kills a process that a question keeps busy for too long. @returns runs a question */
function endWhenAskedFor(deadlineMs: number, pid: number | undefined): <T>(question: () => T) => T {
  const count = new Int32Array(new SharedArrayBuffer(4));
  new Worker(WATCH, { eval: true, workerData: { count, deadlineMs, pid } }).unref();
  return (question) => {
    Atomics.add(count, 0, 1);
    try {
      return question();
    } finally {
      Atomics.add(count, 0, 1);
    }
  };
}

/** Node's own pipes to a process cannot be read without an event loop; named ones can. */
function startBetweenPipes(program: string) {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'));
  const [input, output] = [join(folder, 'requests'), join(folder, 'answers')];
  execFileSync('mkfifo', [input, output]);
  // To open one end waits for the other, but for whoever opens both.
  const held = [input, output].map((path) => openSync(path, 'r+'));
  const theirs = [openSync(input, 'r'), openSync(output, 'w')] as const;
  const [requests, answers] = [openSync(input, 'w'), openSync(output, 'r')];
  const child = spawn(program, [], { env: {}, stdio: [...theirs, 'ignore'] });
  child.on('error', () => undefined); // It shows as an end of the answers.
  child.unref();
  for (const descriptor of [...held, ...theirs]) closeSync(descriptor);
  rmSync(folder, { recursive: true });
  return { pid: child.pid, requests, answers };
}

function readExactly(descriptor: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const count = readSync(descriptor, bytes, at, length - at, null);
    if (count === 0) throw new Error('the engine has ended');
    at += count;
  }
  return bytes;
}
