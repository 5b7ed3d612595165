/**
 * A client of Argo CD's notification engine, which runs as a separate process. process.ts and supervisor.ts keep it
 * running, queue.ts lines the calls up, frames.ts is the protocol, and verdict-cache.ts keeps answers. types.ts has
 * the types for callers.
 */

import { MAX_REQUEST_BYTES } from './frames.ts';
import type { EngineMetrics } from './metrics.ts';
import { outcomeOf, resultOf, tooLong } from './outcome.ts';
import { Queue } from './queue.ts';
import { Supervisor } from './supervisor.ts';
import {
  type CallName,
  type CallOptions,
  type Engine,
  type EngineRequest,
  EngineUnavailableError,
  type Outcome,
} from './types.ts';

const MIB = 2 ** 20;

export interface EngineOptions {
  /** Absolute path of the program, as `make engine` builds it. */
  readonly program: string;
  /** Limit of an answer's length. Default 8 MiB, which this thread reads in less than 100 ms. */
  readonly maxAnswerBytes?: number;
  /** How long one answer may take where the call does not say. Default 2 s. */
  readonly deadlineMs?: number;
  /** How long the start may take. Default 30 s, for a machine that has to read the program from a slow disk. */
  readonly startDeadlineMs?: number;
  /** How long the process stays without work. Default 10 s: a start costs 20 ms, and an idle process 30 to 120 MB. */
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

/** An engine that the first call starts and that ends after a while without calls. */
export function createEngine(options: EngineOptions): Engine {
  const client = new EngineClient(options);
  return {
    version: (settings) => client.call<'version'>({ call: 'version' }, settings),
    check: (request, settings) => client.call<'check'>({ call: 'check', ...request }, settings),
    evaluate: (request, settings) => client.call<'evaluate'>({ call: 'evaluate', ...request }, settings),
    render: (request, settings) => client.call<'render'>({ call: 'render', ...request }, settings),
    tell: (request, settings) => client.call<'tell'>({ call: 'tell', ...request }, settings),
    inspect: (request, settings) => client.call<'inspect'>({ call: 'inspect', ...request }, settings),
    close: () => client.close(),
  };
}

class EngineClient {
  readonly #deadlineMs: number;
  readonly #maxAnswerBytes: number;
  readonly #idleMs: number;
  readonly #metrics: EngineMetrics | undefined;
  readonly #now: () => number;
  readonly #supervisor: Supervisor;
  readonly #queue = new Queue<Job>();
  #working: Promise<void> | undefined;
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: EngineOptions) {
    const { program, metrics, maxAnswerBytes = 8 * MIB } = options;
    const { deadlineMs = 2_000, startDeadlineMs = 30_000, idleMs = 10_000 } = options;
    const now = options.now ?? (() => performance.now());
    this.#deadlineMs = deadlineMs;
    this.#maxAnswerBytes = maxAnswerBytes;
    this.#idleMs = idleMs;
    this.#metrics = metrics;
    this.#now = now;
    this.#supervisor = new Supervisor({
      ...{ program, maxAnswerBytes },
      ...{ startDeadlineMs, metrics, now },
    });
  }

  async call<C extends CallName>(
    request: EngineRequest & { readonly call: C },
    { deadlineMs = this.#deadlineMs, isBackground = false, asker = '' }: CallOptions = {},
  ): Promise<Outcome<C>> {
    if (this.#isClosed) throw closed();
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    const text = JSON.stringify(request);
    if (Buffer.byteLength(text) > MAX_REQUEST_BYTES) {
      this.#metrics?.called(request.call, 'memory', 0);
      return tooLong(MAX_REQUEST_BYTES);
    }
    const job = { call: request.call, request: text, deadlineMs, resolve, reject };
    this.#queue.add(job, isBackground, asker);
    this.#working ??= this.#work();
    // An answer is of its call's kind.
    return promise as Promise<Outcome<C>>;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#idle);
    this.#fail(this.#queue.takeAll(), closed());
    await this.#supervisor.end('closed');
    await this.#working;
  }

  /** Serves the line to its end. Never fails. */
  async #work(): Promise<void> {
    clearTimeout(this.#idle);
    for (let job = this.#queue.next(); job; job = this.#queue.next()) await this.#serve(job);
    this.#working = undefined;
    if (!this.#isClosed) this.#idle = setTimeout(() => this.#supervisor.end('idle'), this.#idleMs);
  }

  async #serve(job: Job): Promise<void> {
    try {
      const outcome = await this.#ask(job);
      job.resolve(outcome);
      if (!outcome.ok && outcome.killed) await this.#supervisor.end(outcome.killed);
    } catch (error) {
      // Without a start there is nothing to wait for: the next caller makes the next attempt.
      this.#fail([job, ...this.#queue.takeAll()], this.#isClosed ? closed() : error);
    }
  }

  /** @throws EngineUnavailableError */
  async #ask({ call, request, deadlineMs }: Job): Promise<Outcome> {
    const limits = { deadlineMs, maxAnswerBytes: this.#maxAnswerBytes };
    for (let attempt = 1; ; attempt += 1) {
      const process = await this.#supervisor.running();
      if (this.#isClosed) throw closed();
      const { wasAsked } = process;
      const begin = this.#now();
      const event = await process.call(request, deadlineMs);
      // A process that close() ended has not judged anything.
      if (this.#isClosed) throw closed();
      const outcome = outcomeOf(event, limits);
      // A first signal from outside says nothing about the question. A second one might: the system also kills when
      // memory is short. Earlier questions may have left memory in use that this question needed; only a fresh
      // process shows whether they did.
      if (event.type === 'ended' && attempt === 1 && (event.signal !== null || wasAsked)) {
        if (event.signal === null && !outcome.ok && outcome.killed)
          await this.#supervisor.end(outcome.killed);
        continue;
      }
      this.#metrics?.called(call, resultOf(outcome), (this.#now() - begin) / 1_000);
      return outcome;
    }
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
