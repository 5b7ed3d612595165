import type { EndCause, EngineMetrics } from './metrics.ts';
import { EngineProcess, type EngineProgram, type ProcessEvent } from './process.ts';
import { EngineUnavailableError } from './types.ts';

/** The first thing that the program says. The number stands for the form of requests and answers. */
const GREETING = 'argocd-dingtalk-engine/1';

export interface SupervisorOptions extends EngineProgram {
  /** How long the start may take. */
  readonly startDeadlineMs: number;
  readonly metrics: EngineMetrics | undefined;
  /** Milliseconds on a clock that is never set. */
  readonly now: () => number;
}

/** Keeps at most one process of the engine: started when it is asked for, and anew after its end. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  #process: EngineProcess | undefined;
  /** Processes that are coming to their end: the next start waits, so that memory is not held twice. */
  #ending: Promise<unknown> = Promise.resolve();

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /**
   * The process, ready for a request.
   * @throws EngineUnavailableError
   */
  async running(): Promise<EngineProcess> {
    if (this.#process?.hasEnded) await this.end('outside');
    if (this.#process) return this.#process;
    await this.#ending;
    const { now, metrics, startDeadlineMs } = this.#options;
    const begin = now();
    const process = new EngineProcess(this.#options);
    this.#process = process;
    const event = await process.greeting(startDeadlineMs);
    if (event.type !== 'answer' || event.text !== GREETING) {
      this.#process = undefined;
      await this.#gone(process);
      throw unavailable(event, this.#options.program);
    }
    metrics?.started((now() - begin) / 1_000);
    return process;
  }

  /** Ends the process, if there is one, and waits until it has given its memory back. */
  async end(cause: EndCause): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    if (process) this.#options.metrics?.ended(cause);
    await this.#gone(process);
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
        `the engine did not start: ${program} is another program, or of another version`,
      );
  }
}

/** Of a process that was not asked anything yet: its words quote no configuration. */
function reasonOf({ error, signal, lastWords }: Extract<ProcessEvent, { type: 'ended' }>): Error {
  if (error) return error;
  const ending = signal === null ? 'it ended at once' : `it was ended by ${signal}`;
  // What Go's runtime says of its stacks comes behind an empty line.
  const [words = ''] = lastWords.trim().split('\n\n');
  return new Error(words === '' ? ending : `${ending}: ${words}`);
}
