import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The length, and a number that is always 0 here. */
const HEADER_BYTES = 8;

/** A running engine. It ends with this process. */
export interface Instance {
  /**
   * Sends a request, as text or to be made JSON, waits for the answer and parses it.
   * @throws Error if the engine has ended
   */
  ask(request: unknown): unknown;
  /** What the process has in memory now. */
  memoryBytes(): number;
}

/**
 * Starts an engine for tests that are not asynchronous, such as properties of thousands of small questions: `ask` blocks
 * this thread. So there is no deadline either; the limit of its memory is the program's own.
 */
export async function startEngine(program: string): Promise<Instance> {
  const { pid, requests, answers } = startBetweenPipes(program);
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
      write(typeof request === 'string' ? request : JSON.stringify(request));
      return JSON.parse(read());
    },
    memoryBytes: () =>
      1_024 * Number(execFileSync('ps', ['-o', 'rss=', '-p', `${pid}`], { encoding: 'utf8' })),
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
