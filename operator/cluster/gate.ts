import { checkAnswer, inspectAnswer } from '../core/gate/answers.ts';
import type { CheckQuestion, GateAnswer, GateRequest } from '../core/model/engine-api.ts';
import type { Answers, Question } from '../core/model/inquiry.ts';
import type { Engine } from '../engine/types.ts';
import type { Log } from '../lib/log.ts';
import { evaluated, held, rendered } from './sample-questions.ts';
import { TurnsByNamespace } from './turns.ts';

/**
 * Asks the engine one question; rejects only if there is no engine to ask.
 * @param asker the namespace that asks; absent: the operator itself asks
 */
export type AskEngine = (request: GateRequest, asker?: string) => Promise<GateAnswer>;

/** Keeps answers by the content of their questions. */
export interface AnswerStore extends Answers {
  set(key: string, answer: GateAnswer, asker: string): void;
}

/**
 * The progress of a round of questions: all are answered, some are still with the engine, or the engine cannot be
 * asked.
 */
export type Round = 'answered' | 'pending' | 'failed';

/**
 * After this long, namespaces that have all their answers do not wait for the others any more, in milliseconds. A
 * small check takes one.
 */
const PATIENCE_MS = 50;

/**
 * This many questions are with the engine at once, in all and of one namespace: enough to keep it busy while this process
 * makes a decision. A namespace whose questions take long does not put more of them before those of others.
 */
const AT_ONCE = { inAll: 8, ofNamespace: 2 } as const;

/** A question under way; the promise says whether there was an answer. */
type Asked = PromiseWithResolvers<boolean> & { readonly request: GateRequest };
type UnderWay = Asked & { readonly asker: string };

/** The gate from the outside: has questions answered, and remembers the answers. */
export class Gate {
  readonly answers: AnswerStore;
  readonly log: Log;
  readonly #ask: AskEngine;
  readonly #clock: () => number;
  readonly #lines = new TurnsByNamespace();
  readonly #waiting = new Map<string, Asked>();
  readonly #underWay = new Map<string, UnderWay>();
  #answeredAt = 0;
  /** Whether the last question had no answer. */
  #isFailing = false;

  /** @param clock in milliseconds, only ever forward */
  constructor(ask: AskEngine, answers: AnswerStore, log: Log, clock: () => number = () => performance.now()) {
    this.#ask = ask;
    this.answers = answers;
    this.log = log;
    this.#clock = clock;
  }

  /** Whether no question waits or is with the engine. */
  get isIdle(): boolean {
    return this.#waiting.size === 0 && this.#underWay.size === 0;
  }

  /**
   * Has the questions answered, within a time limit: questions that take the engine seconds must not delay the edits
   * of other namespaces. A gate that is out of order delays new resources only.
   * @param budgetMs how long to wait, in milliseconds, while no namespace has all its answers. Without it, the gate
   *   waits for all answers. Older questions that are not among these are dropped, since they belong to a past
   *   version
   * @param patienceMs how long namespaces that have all their answers wait for the others
   * @param onLateAnswers called for each namespace whose pending questions are answered later
   */
  async answer(
    questions: ReadonlyMap<string, Question>,
    budgetMs = Number.POSITIVE_INFINITY,
    onLateAnswers: () => void = () => undefined,
    patienceMs = PATIENCE_MS,
  ): Promise<Round> {
    const isPatient = budgetMs === Number.POSITIVE_INFINITY;
    const asked = this.#want(questions, !isPatient);
    const pending = new Set<Promise<boolean[]>>();
    const results = [...byAsker(questions).values()].map((own) => {
      const answered = Promise.all(own.map(([key]) => (asked.get(key) as Asked).promise));
      pending.add(answered);
      return answered.finally(() => pending.delete(answered));
    });
    const everything = Promise.all(results);
    await within(everything, isPatient ? budgetMs : Math.min(budgetMs, patienceMs));
    if (pending.size === results.length)
      await within(Promise.race(pending), Math.max(0, budgetMs - patienceMs));
    if (pending.size === 0) return (await everything).flat().every(Boolean) ? 'answered' : 'failed';
    for (const answered of pending) void answered.then(onLateAnswers);
    return 'pending';
  }

  /**
   * Has these questions of the operator itself answered before it asks on. All namespaces depend on them.
   * @param open all open questions; the others stay in line
   * @param budgetMs how long to wait, in milliseconds
   * @returns whether all of the operator's own questions have an answer
   */
  async answerOwn(open: ReadonlyMap<string, Question>, budgetMs: number): Promise<boolean> {
    const asked = this.#want(open, true);
    const own = [...ownQuestions(open).keys()].map((key) => (asked.get(key) as Asked).promise);
    return (await within(Promise.all(own), budgetMs))?.every(Boolean) === true;
  }

  #want(questions: ReadonlyMap<string, Question>, isNewest: boolean): ReadonlyMap<string, Asked> {
    const before = new Map(this.#waiting);
    if (isNewest) {
      this.#waiting.clear();
      this.#lines.clear();
    }
    const asked = new Map<string, Asked>();
    for (const [key, { request }] of questions) {
      const known = this.#underWay.get(key) ?? before.get(key);
      const each = known ?? { ...Promise.withResolvers<boolean>(), request };
      asked.set(key, each);
      if (!this.#underWay.has(key)) this.#waiting.set(key, each);
    }
    this.#lines.add(questions);
    this.#askNext();
    return asked;
  }

  #askNext(): void {
    while (this.#underWay.size < AT_ONCE.inAll) {
      const asking = [...this.#underWay.values()].map(({ asker }) => asker);
      const mayAsk = (asker: string) => asking.filter((each) => each === asker).length < AT_ONCE.ofNamespace;
      const next = this.#lines.next((key) => this.#waiting.has(key), mayAsk);
      const asked = next && this.#waiting.get(next.key);
      if (!asked) return;
      this.#waiting.delete(next.key);
      this.#underWay.set(next.key, { ...asked, asker: next.asker });
      void this.#askFor(next.key, asked, next.asker);
    }
  }

  /** Never rejects. */
  async #askFor(key: string, { request, resolve }: Asked, asker: string): Promise<void> {
    const askedAt = this.#clock();
    let isAnswered = true;
    try {
      this.answers.set(key, await this.#ask(request, asker), asker);
    } catch (err) {
      isAnswered = false;
      // A run comes again every few seconds. The first failure in a row says all that there is to say.
      const level = this.#isFailing ? 'debug' : 'error';
      this.log[level]({ err, call: request.call, waiting: this.#waiting.size }, 'the engine does not answer');
    }
    this.#isFailing = !isAnswered;
    const now = this.#clock();
    // The engine answers one question at a time: the time before does not count for this namespace.
    this.#lines.charge(asker, now - Math.max(askedAt, this.#answeredAt));
    this.#answeredAt = now;
    this.#underWay.delete(key);
    resolve(isAnswered);
    // Without an engine the other questions would fail, too. The next caller makes the next attempt.
    if (!isAnswered) this.#giveUp();
    this.#askNext();
  }

  #giveUp(): void {
    for (const { resolve } of this.#waiting.values()) resolve(false);
    this.#waiting.clear();
    this.#lines.clear();
  }
}

/** The questions that the operator asks for itself. */
export const ownQuestions = (questions: ReadonlyMap<string, Question>): ReadonlyMap<string, Question> =>
  new Map([...questions].filter(([, { askers }]) => askers.has('')));

/** Each question once, with the namespace that waits for it: of several, the namespace that asks least. */
function byAsker(questions: ReadonlyMap<string, Question>): Map<string, [string, Question][]> {
  const counts = new Map<string, number>();
  for (const { askers } of questions.values()) {
    for (const asker of askers) counts.set(asker, (counts.get(asker) ?? 0) + 1);
  }
  const found = new Map<string, [string, Question][]>();
  for (const [key, question] of questions) {
    const [first = '', ...others] = question.askers;
    const count = (asker: string) => counts.get(asker) ?? 0;
    const asker = others.reduce((least, each) => (count(each) < count(least) ? each : least), first);
    const own = found.get(asker);
    if (own) own.push([key, question]);
    else found.set(asker, [[key, question]]);
  }
  return found;
}

/** The value of a promise; undefined if the promise takes longer. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  if (ms === Number.POSITIVE_INFINITY) return promise;
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The way of the core's questions to the engine; the verdicts of its answers are kept. */
export function engineAsker(engine: Engine): AskEngine {
  return (request, asker = '') => {
    switch (request.call) {
      case 'check':
        return checked(engine, request, asker);
      case 'render':
        return rendered(engine, request, asker);
      case 'inspect':
        return engine
          .inspect({ expression: request.expression }, { asker })
          .then((outcome) => inspectAnswer(request, outcome));
      case 'evaluate':
        return evaluated(engine, request, asker);
      case 'holds':
        return held(engine, request, asker);
    }
  };
}

async function checked(engine: Engine, question: CheckQuestion, asker: string): Promise<GateAnswer> {
  const { recipient: _, call: __, ...request } = question;
  return checkAnswer(question, await engine.check(request, { asker }));
}
