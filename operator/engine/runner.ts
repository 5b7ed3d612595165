import { Worker } from 'node:worker_threads';
import type { RunnerMessage, RunnerRole } from './messages.ts';
import { THREAD_OPTIONS } from './thread-options.ts';

/** What a runner says, or what became of it. */
export type RunnerEvent =
  | RunnerMessage
  /** The time was up first. */
  | { readonly type: 'late' }
  /** The thread ended by itself. */
  | { readonly type: 'ended'; readonly error: Error | undefined };

/** One thread that answers requests, one at a time. Whatever it does but answer, it is good for nothing afterwards. */
export class Runner {
  readonly #worker: Worker;
  #hasEnded = false;
  #next = Promise.withResolvers<RunnerEvent>();

  constructor({ workerUrl, ...limits }: Omit<RunnerRole, 'role'> & { readonly workerUrl: URL }) {
    const role: RunnerRole = { role: 'runner', ...limits };
    this.#worker = new Worker(workerUrl, {
      ...THREAD_OPTIONS,
      name: 'engine-runner',
      workerData: role,
      transferList: [role.modulePort],
    });
    this.#worker.on('message', (message: RunnerMessage) => this.#next.resolve(message));
    this.#worker.on('error', (error: Error) => this.#end(error));
    this.#worker.on('exit', () => this.#end(undefined));
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Waits for `ready`. */
  started(deadlineMs: number): Promise<RunnerEvent> {
    return this.#happens(deadlineMs);
  }

  /** Waits for the answer to a request. */
  call(request: string, deadlineMs: number): Promise<RunnerEvent> {
    if (!this.#hasEnded) this.#next = Promise.withResolvers();
    this.#worker.postMessage(request);
    return this.#happens(deadlineMs);
  }

  /** Ends the thread, whatever it is doing. */
  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  async #happens(deadlineMs: number): Promise<RunnerEvent> {
    // A turn of the event loop before the verdict: if it was this thread that was held up, an answer may lie waiting.
    const onDeadline = () => setImmediate(() => this.#next.resolve({ type: 'late' }));
    const timer = setTimeout(onDeadline, deadlineMs);
    try {
      return await this.#next.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  #end(error: Error | undefined): void {
    this.#hasEnded = true;
    this.#next.resolve({ type: 'ended', error });
  }
}
