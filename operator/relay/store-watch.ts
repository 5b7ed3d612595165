import type { Log } from '../lib/log.ts';
import { redactError } from '../lib/redact.ts';
import type { RelayStore } from './model.ts';
import type { AnswersByRobot } from './status-patches.ts';

/** How often the last answers are looked up, in milliseconds. Statuses show them within thirty seconds. */
const LOOK_UP_MS = 5_000;
/** The store is swept at each twelfth look-up, once in a minute. */
const SWEEP_EVERY = 12;
const MAX_PROBLEM = 300;

export interface StoreWatchOptions {
  readonly store: RelayStore;
  /** Messages that have waited longer expire. */
  readonly maxEventAgeMs: number;
  /** Local wall clock, in milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
  /** Called when the last answers have been looked up. */
  readonly onAnswers: () => void;
  /** Called with numbers of messages that the sweep has let expire. */
  readonly onExpired: (messages: number) => void;
}

/** Looks after the store: knows whether it can be used, and DingTalk's last answers, and has it swept. */
export class StoreWatch {
  readonly #options: StoreWatchOptions;
  #answers: AnswersByRobot = new Map();
  #queue: { readonly messages: number; readonly oldestAt: number | undefined } = {
    messages: 0,
    oldestAt: undefined,
  };
  #problem: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #lookUps = 0;
  #isClosed = false;

  constructor(options: StoreWatchOptions) {
    this.#options = options;
  }

  /** Why the store could not be used at the last attempt. */
  get problem(): string | undefined {
    return this.#problem;
  }

  readonly answers = (): AnswersByRobot => this.#answers;

  /** What waits in the store. */
  readonly queue = (): { readonly messages: number; readonly oldestMs: number } => {
    const { messages, oldestAt } = this.#queue;
    return { messages, oldestMs: oldestAt === undefined ? 0 : Math.max(0, this.#options.now() - oldestAt) };
  };

  /** The part of the store that the door needs, with the outcome of each use noted. */
  readonly noted: Pick<RelayStore, 'accept' | 'notesOf'> = {
    accept: (...args) => this.#note(this.#options.store.accept(...args)),
    notesOf: (uid) => this.#note(this.#options.store.notesOf(uid)),
  };

  /** Looks the answers up now and from now on. */
  start(): void {
    this.#looking = this.#lookUp();
  }

  /** Resolves when the store is not used any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  async #lookUp(): Promise<void> {
    const { store, now, maxEventAgeMs, onExpired } = this.#options;
    try {
      if (this.#lookUps % SWEEP_EVERY === 0) await this.#note(store.sweep(now(), maxEventAgeMs, onExpired));
      this.#lookUps += 1;
      const answers = await this.#note(store.lastAnswers());
      this.#queue = await this.#note(store.queue());
      this.#answers = new Map(answers.map((answer) => [answer.robot, answer]));
      this.#options.onAnswers();
    } catch {
      // It is noted, and the next look shows whether it has passed.
    }
    if (!this.#isClosed) this.#timer = setTimeout(() => this.start(), LOOK_UP_MS);
  }

  async #note<T>(use: Promise<T>): Promise<T> {
    const { log } = this.#options;
    try {
      const result = await use;
      if (this.#problem !== undefined) log.info({}, 'the store can be used again');
      this.#problem = undefined;
      return result;
    } catch (err) {
      if (this.#problem === undefined) log.error({ err }, 'the store cannot be used');
      this.#problem = redactError(err).slice(0, MAX_PROBLEM);
      throw err;
    }
  }
}
