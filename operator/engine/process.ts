import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { FrameReader, frameOf } from './frames.ts';
import { LastWords } from './last-words.ts';

/** What to run, and how much to read of it. How much memory it takes is the program's own affair. */
export interface EngineProgram {
  /** Absolute path of the program that `make engine` builds. */
  readonly program: string;
  readonly maxAnswerBytes: number;
}

/** What the process says, or what became of it. */
export type ProcessEvent =
  | { readonly type: 'answer'; readonly text: string }
  /** It began an answer that is longer than allowed. */
  | { readonly type: 'oversized' }
  /** The time was up first. */
  | { readonly type: 'late' }
  | {
      readonly type: 'ended';
      /** Sent by somebody else: `stop` is never waited for as an event. */
      readonly signal: NodeJS.Signals | null;
      /** What Go's runtime calls the reason, such as `stack overflow`. */
      readonly fatalError: string | undefined;
      /** Why it could not be started. */
      readonly error: Error | undefined;
      /** What it wrote to its standard error. Not for showing once it was asked: it can quote the configuration. */
      readonly lastWords: string;
    };

/**
 * One process that answers requests, one at a time. Whatever it does but answer, it is good for nothing afterwards.
 *
 * It gets nothing of this process: no environment, no descriptor but its three pipes, and a process group of its own, so
 * that Ctrl-C in a terminal is this process' alone. It ends with its standard input, and so with this process at the latest.
 */
export class EngineProcess {
  readonly #child: ChildProcessWithoutNullStreams | undefined;
  readonly #frames: FrameReader;
  readonly #lastWords = new LastWords();
  /** Resolved when the process is gone, whatever ended it. */
  readonly #end = Promise.withResolvers<void>();
  #next = Promise.withResolvers<ProcessEvent>();
  /** Of the request that is being answered; undefined if there is none. */
  #number: number | undefined = 0;
  #requests = 0;
  /** Set once it is gone. */
  #ending: ProcessEvent | undefined;
  #receivedBytes = 0;

  /** Starts the process, which then greets: the first event. */
  constructor({ program, maxAnswerBytes }: EngineProgram) {
    this.#frames = new FrameReader(maxAnswerBytes);
    try {
      this.#child = spawn(program, [], {
        ...{ cwd: '/', env: {}, detached: true, windowsHide: true },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      this.#listen(this.#child);
    } catch (error) {
      this.#gone({ signal: null, error: error as Error });
    }
  }

  get hasEnded(): boolean {
    return this.#ending !== undefined;
  }

  /** Whether it had a request already, which may have left something behind. */
  get wasAsked(): boolean {
    return this.#requests > 0;
  }

  /** Waits for the greeting. */
  greeting(deadlineMs: number): Promise<ProcessEvent> {
    return this.#happens(deadlineMs);
  }

  /** Waits for the answer to a request. */
  call(request: string, deadlineMs: number): Promise<ProcessEvent> {
    if (this.#ending) return Promise.resolve(this.#ending);
    this.#next = Promise.withResolvers();
    this.#requests = (this.#requests + 1) % 2 ** 32;
    this.#number = this.#requests;
    this.#child?.stdin.write(frameOf({ number: this.#number, text: request }));
    return this.#happens(deadlineMs);
  }

  /** Ends the process, whatever it is doing, and waits until it is gone. */
  async stop(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#end.promise;
  }

  #listen(child: ChildProcessWithoutNullStreams): void {
    child.once('error', (error) => this.#gone({ signal: null, error }));
    child.once('close', (_code, signal) => this.#gone({ signal, error: undefined }));
    // Without processes or descriptors to be had, there are no streams either; the error tells.
    if (!child.stdin) return;
    // A process that is gone reads and writes nothing: its end tells that.
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => undefined);
    child.stdout.on('data', (piece: Buffer) => this.#read(piece));
    child.stderr.on('data', (piece: Buffer) => this.#lastWords.write(piece));
  }

  #read(piece: Buffer): void {
    this.#receivedBytes += piece.length;
    for (const frame of this.#frames.read(piece)) {
      if (frame !== 'oversized' && frame.number === this.#number) {
        this.#number = undefined;
        this.#next.resolve({ type: 'answer', text: frame.text });
      } else {
        // Behind an answer that is not read nothing can be read, and what answers no question talks nonsense.
        if (frame === 'oversized') this.#next.resolve({ type: 'oversized' });
        this.#child?.stdout.removeAllListeners('data').destroy();
        this.#child?.kill('SIGKILL');
      }
    }
  }

  async #happens(deadlineMs: number): Promise<ProcessEvent> {
    // If it was this thread that was held up, an answer may lie waiting: as long as more of it arrives at each turn of the
    // event loop, it is not late.
    const onDeadline = () => {
      const before = this.#receivedBytes;
      setImmediate(() => {
        if (this.#receivedBytes === before) this.#next.resolve({ type: 'late' });
        else onDeadline();
      });
    };
    const timer = setTimeout(onDeadline, deadlineMs);
    try {
      return await this.#next.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  #gone(ending: { readonly signal: NodeJS.Signals | null; readonly error: Error | undefined }): void {
    const { fatalError, text } = this.#lastWords;
    this.#ending = { type: 'ended', fatalError, lastWords: text, ...ending };
    this.#next.resolve(this.#ending);
    this.#end.resolve();
  }
}
