import { Keeper } from './keeper.ts';
import { Runner, type RunnerEvent } from './runner.ts';

export interface ThreadsOptions {
  /** The gzipped module. */
  readonly wasmPath: string;
  /** The entry of the threads: worker.ts, or what a bundler made of it. */
  readonly workerUrl: URL;
  readonly maxMemoryBytes: number;
  readonly maxAnswerBytes: number;
  /** How long the start may take. */
  readonly startDeadlineMs: number;
}

/** The engine cannot be asked, which says nothing about what it was to be asked. */
export class EngineUnavailableError extends Error {}

/**
 * The engine's threads: none, or the keeper and one runner. They are started when a runner is asked for; a runner that
 * was dropped is replaced, the keeper stays until the release.
 */
export class Threads {
  readonly #options: ThreadsOptions;
  #keeper: Keeper | undefined;
  #runner: Runner | undefined;
  /** Threads that are coming to their end: the next start waits, so that memory is not held twice. */
  #ending: Promise<unknown> = Promise.resolve();

  constructor(options: ThreadsOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#runner !== undefined && !this.#runner.hasEnded;
  }

  /**
   * The runner, ready for a request.
   * @throws EngineUnavailableError
   */
  async runner(): Promise<Runner> {
    if (this.#runner && !this.#runner.hasEnded) return this.#runner;
    await this.#ending;
    const keeper = this.#keeper ?? new Keeper(this.#options);
    const { workerUrl, maxMemoryBytes, maxAnswerBytes } = this.#options;
    const runner = new Runner({
      ...{ workerUrl, maxMemoryBytes, maxAnswerBytes },
      modulePort: keeper.modulePort(),
    });
    this.#keeper = keeper;
    this.#runner = runner;
    const failed = keeper.ended.then((error) => ({ type: 'ended', error }) as const);
    const event = await Promise.race([runner.started(this.#options.startDeadlineMs), failed]);
    if (event.type === 'ready') return runner;
    await this.release();
    throw unavailable(event);
  }

  /** Ends the runner. */
  drop(): Promise<void> {
    return this.#end(this.#runner);
  }

  /** Ends all threads and gives their memory back. */
  release(): Promise<void> {
    const keeper = this.#keeper;
    this.#keeper = undefined;
    return this.#end(this.#runner, keeper);
  }

  async #end(...threads: ({ stop(): Promise<void> } | undefined)[]): Promise<void> {
    this.#runner = undefined;
    this.#ending = Promise.all([this.#ending, ...threads.map((thread) => thread?.stop())]);
    await this.#ending;
  }
}

function unavailable(event: Exclude<RunnerEvent, { type: 'ready' }>): EngineUnavailableError {
  switch (event.type) {
    case 'late':
      return new EngineUnavailableError('the engine did not start in time');
    case 'ended':
      return new EngineUnavailableError('the engine did not start', { cause: event.error });
    case 'fault':
      return new EngineUnavailableError(`the engine did not start: ${event.message}`);
    case 'answer':
      return new EngineUnavailableError('the engine answered before it was asked');
  }
}
