import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { cpuTimeMs } from './cpu-time.ts';
import { FrameReader, frameOf } from './frames.ts';
import { LastWords } from './last-words.ts';

/**
 * A process on a busy machine may take this many times its deadline, as long as it has not used the time of its deadline. A
 * template would otherwise count as too expensive because other programs run.
 */
const BUSY_FACTOR = 5;

/** How long a look at the CPU time of a process is recent. A look costs as much as a small question. */
const RECENT_MS = 50;

/** The program to run, and the limit of its answers. The program limits its memory itself. */
export interface EngineProgram {
  /** Absolute path of the program that `make engine` builds. */
  readonly program: string;
  readonly maxAnswerBytes: number;
}

/** An event: a frame of the process, or the way in which it ended. */
export type ProcessEvent =
  | { readonly type: 'answer'; readonly text: string }
  /** The process began an answer that is longer than allowed. */
  | { readonly type: 'oversized' }
  /** The time was up first. */
  | { readonly type: 'late' }
  | {
      readonly type: 'ended';
      /** Another process sent the signal: `stop` is never waited for as an event. */
      readonly signal: NodeJS.Signals | null;
      /** The reason in the words of Go's runtime, such as `stack overflow`. */
      readonly fatalError: string | undefined;
      /** Why it could not be started. */
      readonly error: Error | undefined;
      /** The standard error of the process. It must not be shown after the first question: it can quote the configuration. */
      readonly lastWords: string;
    };

/**
 * One process that answers requests, one at a time. After any event except an answer, the process cannot be used any
 * more.
 *
 * The process gets nothing of this process: no environment, no descriptor except its three pipes, and its own process
 * group. So Ctrl-C in a terminal reaches this process alone. It ends with its standard input, and so with this
 * process at the latest.
 */
export class EngineProcess {
  readonly #child: ChildProcessWithoutNullStreams | undefined;
  readonly #frames: FrameReader;
  readonly #lastWords = new LastWords();
  /** Resolves when the process is gone, whatever ended it. */
  readonly #end = Promise.withResolvers<void>();
  #next = Promise.withResolvers<ProcessEvent>();
  /** The receiver of the present answer; undefined if no request is under way. */
  #number: number | undefined = 0;
  #requests = 0;
  /** Set once it is gone. */
  #ending: ProcessEvent | undefined;
  #receivedBytes = 0;
  /** The last look at the CPU time. */
  #look: { readonly at: number; readonly usedMs: number | undefined } = {
    at: Number.NEGATIVE_INFINITY,
    usedMs: undefined,
  };

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
    return this.#happens(deadlineMs, () => 0);
  }

  /**
   * Waits for the answer to a request.
   * @param deadlineMs how much CPU time the process may use for it; where the system does not say how much it uses, how long
   *   it may take
   */
  call(request: string, deadlineMs: number): Promise<ProcessEvent> {
    if (this.#ending) return Promise.resolve(this.#ending);
    this.#next = Promise.withResolvers();
    this.#requests = (this.#requests + 1) % 2 ** 32;
    this.#number = this.#requests;
    const begunAt = performance.now();
    if (begunAt - this.#look.at > RECENT_MS) this.#look = { at: begunAt, usedMs: this.#cpuTimeMs() };
    const { at, usedMs: usedBefore } = this.#look;
    this.#child?.stdin.write(frameOf({ number: this.#number, text: request }));
    return this.#happens(deadlineMs, () => {
      const used = this.#cpuTimeMs();
      if (used === undefined || usedBefore === undefined) return 0;
      const ofTime = BUSY_FACTOR * deadlineMs - (performance.now() - begunAt);
      // Other questions may have used all of the time between the look and this one.
      return Math.min(deadlineMs - Math.max(0, used - usedBefore - (begunAt - at)), ofTime);
    });
  }

  /** Ends the process, whatever it is doing, and waits until it is gone. */
  async stop(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#end.promise;
  }

  #listen(child: ChildProcessWithoutNullStreams): void {
    child.once('error', (error) => this.#gone({ signal: null, error }));
    child.once('close', (_code, signal) => this.#gone({ signal, error: undefined }));
    // Without free processes or descriptors there are no streams either; the error says so.
    if (!child.stdin) return;
    // A process that is gone reads and writes nothing; its end event reports that.
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
        // After an answer that is not read, nothing else can be read. A frame that answers no question is nonsense.
        if (frame === 'oversized') this.#next.resolve({ type: 'oversized' });
        this.#child?.stdout.removeAllListeners('data').destroy();
        this.#child?.kill('SIGKILL');
      }
    }
  }

  #cpuTimeMs(): number | undefined {
    const pid = this.#child?.pid;
    return pid === undefined ? undefined : cpuTimeMs(pid);
  }

  /** @param leftMs how much longer the process has when the deadline is over; nothing is left at 0 and below */
  async #happens(deadlineMs: number, leftMs: () => number): Promise<ProcessEvent> {
    // If this thread itself was blocked, an answer may be waiting already. While more of it arrives at each turn of
    // the event loop, it does not count as late.
    const onDeadline = () => {
      const before = this.#receivedBytes;
      setImmediate(() => {
        const left = leftMs();
        if (this.#receivedBytes !== before) onDeadline();
        else if (left > 0) timer = setTimeout(onDeadline, left);
        else this.#next.resolve({ type: 'late' });
      });
    };
    let timer = setTimeout(onDeadline, deadlineMs);
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
