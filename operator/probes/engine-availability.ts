import { type Engine, EngineUnavailableError } from '../engine/types.ts';
import type { Log } from '../lib/log.ts';
import { redactError } from '../lib/redact.ts';
import type { EngineFacts } from './readiness.ts';

/** How often an engine that could not be asked is tried again, in milliseconds. */
const RETRY_MS = 30_000;
const MAX_MESSAGE = 500;

/**
 * Knows whether Argo CD's engine can be asked: by a question at the start, and by the outcome of each call of the
 * process. An engine that could not be asked is asked again until it answers.
 */
export class EngineAvailability {
  readonly #log: Log;
  readonly #consequence: string;
  readonly #retryMs: number;
  #facts: EngineFacts = { ok: true };
  #probe: () => Promise<unknown> = async () => undefined;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  /**
   * @param consequence what follows from an engine that cannot be asked, as a clause
   * @param retryMs how long an engine that could not be asked is left alone; default 30 s
   */
  constructor(log: Log, consequence: string, retryMs = RETRY_MS) {
    this.#log = log;
    this.#consequence = consequence;
    this.#retryMs = retryMs;
  }

  /** Whether the last call had an answer, and why not. */
  get facts(): EngineFacts {
    return this.#facts;
  }

  /** The same engine, with the outcome of each call noted. Its first question is under way. */
  watch(engine: Engine): Engine {
    const noted = async <T>(answer: Promise<T>): Promise<T> => {
      try {
        const outcome = await answer;
        this.#note({ ok: true });
        return outcome;
      } catch (error) {
        if (error instanceof EngineUnavailableError)
          this.#note({ ok: false, message: redactError(error).slice(0, MAX_MESSAGE) });
        throw error;
      }
    };
    const watched: Engine = {
      version: (options) => noted(engine.version(options)),
      check: (request, options) => noted(engine.check(request, options)),
      evaluate: (request, options) => noted(engine.evaluate(request, options)),
      render: (request, options) => noted(engine.render(request, options)),
      tell: (request, options) => noted(engine.tell(request, options)),
      inspect: (request, options) => noted(engine.inspect(request, options)),
      close: () => {
        this.#isClosed = true;
        clearTimeout(this.#retry);
        return engine.close();
      },
    };
    // The outcome is noted, and that is all that the question is for.
    this.#probe = () => watched.version({ isBackground: true }).catch(() => undefined);
    void this.#probe();
    return watched;
  }

  #note(facts: EngineFacts): void {
    // A call that ends because the operator ends says nothing about the engine.
    if (this.#isClosed) return;
    const before = this.#facts;
    this.#facts = facts;
    clearTimeout(this.#retry);
    if (!facts.ok) this.#retry = setTimeout(() => void this.#probe(), this.#retryMs).unref();
    if (facts.ok && !before.ok) this.#log.info({}, 'the engine answers again');
    if (!facts.ok && before.ok)
      this.#log.error({ detail: facts.message }, `the engine cannot be asked, so ${this.#consequence}`);
  }
}
