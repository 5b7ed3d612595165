import type { EndCause, EngineMetrics } from './metrics.ts';
import { outcomeOf, resultOf } from './outcome.ts';
import { Queue } from './queue.ts';
import type { Runner } from './runner.ts';
import { EngineUnavailableError, Threads } from './threads.ts';
import type { CallName, CallOptions, Engine, EngineRequest, Outcome } from './types.ts';

const MIB = 2 ** 20;

export interface EngineOptions {
  /** The gzipped module, as `make engine` builds it. */
  readonly wasmPath: string;
  /** The entry of the engine's threads. Default: worker.ts beside this file; a bundle has it elsewhere. */
  readonly workerUrl?: URL;
  /** Limit of the module's own memory. Default 512 MiB. */
  readonly maxMemoryBytes?: number;
  /** Limit of an answer's length. Default 8 MiB, which the main thread reads in less than 100 ms. */
  readonly maxAnswerBytes?: number;
  /** How long one answer may take where the call does not say. Default 2 s. */
  readonly deadlineMs?: number;
  /** How long the start may take. Default 60 s. */
  readonly startDeadlineMs?: number;
  /** How long the threads stay without work. Default 60 s. */
  readonly idleMs?: number;
  readonly metrics?: EngineMetrics;
  /** Milliseconds on a clock that is never set. */
  readonly now?: () => number;
}

interface Job {
  readonly call: CallName;
  /** As JSON. */
  readonly request: string;
  readonly deadlineMs: number;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/** An engine that is started by the first call and let go when there was none for a while. */
export function createEngine(options: EngineOptions): Engine {
  const client = new EngineClient(options);
  return {
    version: (settings) => client.call<'version'>({ call: 'version' }, settings),
    check: (request, settings) => client.call<'check'>({ call: 'check', ...request }, settings),
    evaluate: (request, settings) => client.call<'evaluate'>({ call: 'evaluate', ...request }, settings),
    render: (request, settings) => client.call<'render'>({ call: 'render', ...request }, settings),
    inspect: (request, settings) => client.call<'inspect'>({ call: 'inspect', ...request }, settings),
    close: () => client.close(),
  };
}

class EngineClient {
  readonly #options: EngineOptions;
  readonly #metrics: EngineMetrics | undefined;
  readonly #now: () => number;
  readonly #threads: Threads;
  readonly #queue = new Queue<Job>();
  #working: Promise<void> | undefined;
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#metrics = options.metrics;
    this.#now = options.now ?? (() => performance.now());
    this.#threads = new Threads({
      wasmPath: options.wasmPath,
      workerUrl: options.workerUrl ?? new URL('./worker.ts', import.meta.url),
      maxMemoryBytes: options.maxMemoryBytes ?? 512 * MIB,
      maxAnswerBytes: options.maxAnswerBytes ?? 8 * MIB,
      startDeadlineMs: options.startDeadlineMs ?? 60_000,
    });
  }

  async call<C extends CallName>(
    request: EngineRequest & { readonly call: C },
    { deadlineMs = this.#options.deadlineMs ?? 2_000, isBackground = false }: CallOptions = {},
  ): Promise<Outcome<C>> {
    if (this.#isClosed) throw closed();
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    const job = { call: request.call, request: JSON.stringify(request), deadlineMs, resolve, reject };
    this.#queue.add(job, isBackground);
    this.#working ??= this.#work();
    // An answer is of its call's kind.
    return promise as Promise<Outcome<C>>;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#fail(this.#queue.takeAll(), closed());
    await this.#release('closed');
    await this.#working;
    // What was being started meanwhile.
    await this.#threads.release();
  }

  /** Serves the line to its end. Never fails. */
  async #work(): Promise<void> {
    clearTimeout(this.#idle);
    for (let job = this.#queue.next(); job; job = this.#queue.next()) await this.#serve(job);
    this.#working = undefined;
    if (!this.#isClosed) this.#idle = setTimeout(() => this.#release('idle'), this.#options.idleMs ?? 60_000);
  }

  async #serve(job: Job): Promise<void> {
    try {
      const runner = await this.#runner();
      if (this.#isClosed) throw closed();
      const begin = this.#now();
      const event = await runner.call(job.request, job.deadlineMs);
      // A thread that close() ended has judged nothing.
      if (this.#isClosed) throw closed();
      const outcome = outcomeOf(event, job.deadlineMs);
      this.#metrics?.called(job.call, resultOf(outcome), (this.#now() - begin) / 1_000);
      job.resolve(outcome);
      if (!outcome.ok && outcome.killed) {
        this.#metrics?.ended(outcome.killed);
        await this.#threads.drop();
      }
    } catch (error) {
      // Without a start there is nothing to wait for: who asks again makes the next attempt.
      this.#fail([job, ...this.#queue.takeAll()], this.#isClosed ? closed() : error);
    }
  }

  async #runner(): Promise<Runner> {
    const begin = this.#now();
    const wasRunning = this.#threads.isRunning;
    const runner = await this.#threads.runner();
    if (!wasRunning) this.#metrics?.started((this.#now() - begin) / 1_000);
    return runner;
  }

  async #release(cause: EndCause): Promise<void> {
    clearTimeout(this.#idle);
    if (this.#threads.isRunning) this.#metrics?.ended(cause);
    await this.#threads.release();
  }

  #fail(jobs: readonly Job[], error: unknown): void {
    for (const { call, reject } of jobs) {
      this.#metrics?.called(call, 'unavailable', 0);
      reject(error);
    }
  }
}

function closed(): EngineUnavailableError {
  return new EngineUnavailableError('the engine is closed');
}
