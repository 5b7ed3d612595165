/**
 * The commits that messages show. question.ts finds out which commit an event is about, client.ts asks Argo CD's API, and breaker.ts
 * decides whether it is asked at all. This file remembers answers, and waits no longer than a message may.
 */

import type { Commit } from '../../argocd/commit-field.ts';
import { abortable, Deadline } from '../../lib/deadline.ts';
import type { Log } from '../../lib/log.ts';
import { CommitBreaker } from './breaker.ts';
import type { CommitAnswer, CommitClient } from './client.ts';
import { type CommitEvent, type CommitQuestion, commitQuestion } from './question.ts';

/** How long a message waits for its commit. Argo CD's only worker waits with it. */
export const COMMIT_TIMEOUT_MS = 800;
/** How long Argo CD may work on a question: a large repository takes some seconds, and then the answer is there for later messages. */
const ANSWER_TIMEOUT_MS = 10_000;
/** Each with at most 20 KB. */
const MAX_REMEMBERED = 500;
/** A repository or a right may come back. */
const FORGET_REFUSAL_MS = 60_000;

/** How a look-up ended: as Argo CD answered; remembered, also that there is none; or not asked, in a pause after failures. */
export type LookUpOutcome = CommitAnswer['kind'] | 'remembered' | 'skipped';

export interface CommitsOptions {
  readonly client: Pick<CommitClient, 'ask'>;
  /** In milliseconds, only ever forward. */
  readonly clock: () => number;
  readonly log: Log;
  readonly onLookUp: (outcome: LookUpOutcome) => void;
}

interface Remembered {
  readonly commit: Commit | undefined;
  readonly until: number;
}

/** Looks commits up. */
export class Commits {
  readonly #options: CommitsOptions;
  readonly #breaker = new CommitBreaker();
  /** The most recently used last. */
  readonly #known = new Map<string, Remembered>();
  /** Questions under way, and until when a message waits for them. */
  readonly #asked = new Map<
    string,
    { readonly commit: Promise<Commit | undefined>; readonly waitsUntil: number }
  >();

  constructor(options: CommitsOptions) {
    this.#options = options;
  }

  /** The commit that an event is about; undefined if it cannot be had in time. Never rejects. */
  async of(event: CommitEvent): Promise<Commit | undefined> {
    const question = commitQuestion(event);
    if (!question) return undefined;
    const { clock, onLookUp } = this.#options;
    const key = keyOf(question);
    const remembered = this.#recall(key) ?? this.#recall(refusalKeyOf(question));
    if (remembered) {
      onLookUp('remembered');
      return remembered.commit;
    }
    const asked = this.#asked.get(key);
    if (asked && clock() < asked.waitsUntil) return asked.commit;
    if (asked || !this.#breaker.mayAsk(question.project, clock())) {
      onLookUp('skipped');
      return undefined;
    }
    const commit = this.#ask(question, key);
    this.#asked.set(key, { commit, waitsUntil: clock() + COMMIT_TIMEOUT_MS });
    return commit;
  }

  async #ask(question: CommitQuestion, key: string): Promise<Commit | undefined> {
    const { client, onLookUp } = this.#options;
    const deadline = new Deadline(ANSWER_TIMEOUT_MS, () => new Error('Argo CD did not answer'));
    const answering = client.ask(question, deadline.signal).then((answer) => {
      deadline.dispose();
      this.#asked.delete(key);
      this.#keep(answer, question, key);
      return answer;
    });
    const answer = await inTime(answering);
    onLookUp(answer.kind);
    this.#judge(answer, question);
    return answer.kind === 'found' ? answer.commit : undefined;
  }

  /** Also an answer that came too late for a message: the next one about the commit has it. */
  #keep(answer: CommitAnswer, question: CommitQuestion, key: string): void {
    if (answer.kind === 'timeout' || answer.kind === 'unavailable') return;
    if (answer.kind === 'found')
      this.#remember(key, { commit: answer.commit, until: Number.POSITIVE_INFINITY });
    else {
      const until = this.#options.clock() + FORGET_REFUSAL_MS;
      this.#remember(refusalKeyOf(question), { commit: undefined, until });
    }
  }

  #judge(answer: CommitAnswer, { project }: CommitQuestion): void {
    const { clock, log } = this.#options;
    const now = clock();
    const without = 'messages go on without commits for a while';
    if (answer.kind === 'unavailable') {
      if (this.#breaker.unavailable(now))
        log.warn({ problem: answer.words }, `Argo CD's API cannot be asked, so ${without}`);
    } else if (answer.kind === 'timeout') {
      if (this.#breaker.timedOut(project, now))
        log.warn({}, `Argo CD's API does not answer in time, so ${without}`);
    } else this.#breaker.answered(project);
  }

  #recall(key: string): Remembered | undefined {
    const known = this.#known.get(key);
    if (!known || this.#options.clock() >= known.until) return undefined;
    this.#remember(key, known);
    return known;
  }

  #remember(key: string, what: Remembered): void {
    this.#known.delete(key);
    this.#known.set(key, what);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MAX_REMEMBERED) break;
      this.#known.delete(oldest);
    }
  }
}

async function inTime(answering: Promise<CommitAnswer>): Promise<CommitAnswer> {
  const deadline = new Deadline(COMMIT_TIMEOUT_MS, () => new Error('the message cannot wait any longer'));
  try {
    return await abortable(answering, deadline.signal);
  } catch (error) {
    // A client never rejects.
    if (!deadline.signal.aborted) throw error;
    return { kind: 'timeout' };
  } finally {
    deadline.dispose();
  }
}

/** Argo CD reads a repository with the credentials of the project, so what one project may read is not for another one. */
const keyOf = ({ project, repository, revision }: CommitQuestion): string =>
  JSON.stringify([project, repository, revision]);

/** Another Application of the project may be one that the account may get. */
const refusalKeyOf = (question: CommitQuestion): string =>
  JSON.stringify([keyOf(question), question.namespace, question.application]);
