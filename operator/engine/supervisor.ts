import type { EndCause, EngineMetrics } from './metrics.ts';
import { EngineProcess, type EngineProgram, type ProcessEvent } from './process.ts';
import { EngineUnavailableError } from './types.ts';

/** The greeting of the program. The number is the version of the format of requests and answers. */
export const GREETING = 'argocd-dingtalk-engine/3';

export interface SupervisorOptions extends EngineProgram {
  /** How long the start may take. */
  readonly startDeadlineMs: number;
  readonly metrics: EngineMetrics | undefined;
  /** Milliseconds on a clock that is never set. */
  readonly now: () => number;
}

/** Keeps at most one process of the engine: starts it on demand, and again after its end. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  #process: EngineProcess | undefined;
  /** Whether the process has greeted. */
  #isReady = false;
  #isClosed = false;
  /** Processes that are ending: the next start waits for them, so memory is not used twice. */
  #ending: Promise<unknown> = Promise.resolve();

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /**
   * The process, ready for a request. If something else kills it during its start, it is started once more.
   * @throws EngineUnavailableError
   */
  async running(): Promise<EngineProcess> {
    if (this.#process?.hasEnded) await this.end('outside');
    if (this.#process) return this.#process;
    const event = await this.#start();
    const isKilled = event.type === 'ended' && event.signal !== null && !this.#isClosed;
    const last = isKilled ? await this.#start() : event;
    if (this.#process && this.#isReady) return this.#process;
    throw unavailable(last, this.#options.program);
  }

  /**
   * Ends the process, if there is one, and waits until it has given its memory back. After `closed` no process is
   * started.
   */
  async end(cause: EndCause): Promise<void> {
    if (cause === 'closed') this.#isClosed = true;
    const process = this.#process;
    if (this.#isReady) this.#options.metrics?.ended(cause);
    this.#process = undefined;
    this.#isReady = false;
    await this.#gone(process);
  }

  /** Leaves a process that is ready, or no process. */
  async #start(): Promise<ProcessEvent> {
    await this.#ending;
    if (this.#isClosed) throw new EngineUnavailableError('the engine is closed');
    const { now, metrics, startDeadlineMs } = this.#options;
    const begin = now();
    const process = new EngineProcess(this.#options);
    this.#process = process;
    const event = await process.greeting(startDeadlineMs);
    // Otherwise close() has ended it meanwhile.
    if (this.#process === process) {
      this.#isReady = event.type === 'answer' && event.text === GREETING;
      if (this.#isReady) metrics?.started((now() - begin) / 1_000);
      else this.#process = undefined;
    }
    if (!this.#isReady) await this.#gone(process);
    return event;
  }

  async #gone(process: EngineProcess | undefined): Promise<void> {
    this.#ending = Promise.all([this.#ending, process?.stop()]);
    await this.#ending;
  }
}

function unavailable(event: ProcessEvent, program: string): EngineUnavailableError {
  switch (event.type) {
    case 'late':
      return new EngineUnavailableError(`the engine did not start in time: ${program}`);
    case 'ended':
      return new EngineUnavailableError(`the engine did not start: ${program}`, { cause: reasonOf(event) });
    case 'answer':
    case 'oversized':
      return new EngineUnavailableError(
        `the engine did not start: ${program} is another program, or has another version`,
      );
  }
}

/** The standard error of a process that was not asked anything yet: it quotes no configuration. */
function reasonOf({ error, signal, lastWords }: Extract<ProcessEvent, { type: 'ended' }>): Error {
  if (error) return error;
  const ending = signal === null ? 'the process ended at once' : `signal ${signal} ended the process`;
  // The report of Go's runtime about its stacks follows an empty line.
  const [words = ''] = lastWords.trim().split('\n\n');
  return new Error(words === '' ? ending : `${ending}: ${words}`);
}
