import {
  checkAnswer,
  evaluateAnswer,
  evaluationOf,
  inspectAnswer,
  renderAnswer,
} from '../core/gate/answers.ts';
import { SAMPLE_APPLICATIONS } from '../core/gate/sample-applications.ts';
import type { CheckQuestion, EvaluateQuestion, GateAnswer, GateRequest } from '../core/model/engine-api.ts';
import type { Answers, Question } from '../core/model/inquiry.ts';
import type { Engine } from '../engine/types.ts';
import type { Log } from '../lib/log.ts';
import { TurnsByNamespace } from './lines.ts';

/**
 * Asks the engine one thing; rejects only if there is no engine to ask.
 * @param asker the namespace that it is asked for; none: the operator itself asks
 */
export type AskEngine = (request: GateRequest, asker?: string) => Promise<GateAnswer>;

/** Keeps answers by the content of their questions. */
export interface AnswerStore extends Answers {
  set(key: string, answer: GateAnswer, asker: string): void;
}

/** How far a round of questions got: all that were asked are answered, some still are with the engine, or it can't be asked. */
export type Round = 'answered' | 'pending' | 'failed';

/** After as long, whoever has all answers waits for nobody else, in milliseconds. A small check takes one. */
const PATIENCE_MS = 50;

/** So many questions are with the engine at once: enough that it is never idle while this process decides something. */
const AT_ONCE = 2;

/** A question on its way; the promise tells whether there was an answer. */
type Asked = PromiseWithResolvers<boolean> & { readonly request: GateRequest };

/** The gate from the outside: has questions answered, and remembers the answers. */
export class Gate {
  readonly answers: AnswerStore;
  readonly log: Log;
  readonly #ask: AskEngine;
  readonly #clock: () => number;
  readonly #lines = new TurnsByNamespace();
  readonly #waiting = new Map<string, Asked>();
  readonly #underWay = new Map<string, Asked>();
  #answeredAt = 0;

  /** @param clock in milliseconds, only ever forward */
  constructor(ask: AskEngine, answers: AnswerStore, log: Log, clock: () => number = () => performance.now()) {
    this.#ask = ask;
    this.answers = answers;
    this.log = log;
    this.#clock = clock;
  }

  /**
   * Has the questions answered, but waits no longer than that: what takes the engine seconds must not hold up everybody
   * else's edits. A gate that is out of order holds up what is new and nothing else.
   * @param budgetMs how long to wait, in milliseconds, for as long as nobody has all answers. Whatever waited before and is not
   *   among the questions is asked no more: it was about a version that is past. Without it, all are waited for
   * @param patienceMs how long whoever has all answers waits for the others
   * @param onLateAnswers told of each namespace whose questions were still pending and are answered now
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
    while (this.#underWay.size < AT_ONCE) {
      const next = this.#lines.next((key) => this.#waiting.has(key));
      const asked = next && this.#waiting.get(next.key);
      if (!asked) return;
      this.#waiting.delete(next.key);
      this.#underWay.set(next.key, asked);
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
      this.log.error({ err, call: request.call, waiting: this.#waiting.size }, 'the engine does not answer');
    }
    const now = this.#clock();
    // The engine does one thing at a time: what was before is not this namespace's.
    this.#lines.charge(asker, now - Math.max(askedAt, this.#answeredAt));
    this.#answeredAt = now;
    this.#underWay.delete(key);
    resolve(isAnswered);
    // Without an engine none of the others has a chance: whoever asks again makes the next attempt.
    if (!isAnswered) this.#giveUp();
    this.#askNext();
  }

  #giveUp(): void {
    for (const { resolve } of this.#waiting.values()) resolve(false);
    this.#waiting.clear();
    this.#lines.clear();
  }
}

/** Each question once, with the namespace that waits for it: of several, the one that asks least. */
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

/** What a promise gives, or undefined if that takes longer. */
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

/** How the core's questions reach the engine; of its answers the verdicts are kept. */
export function engineAsker(engine: Engine): AskEngine {
  return (request, asker = '') => {
    switch (request.call) {
      case 'check':
        return checked(engine, request, asker);
      case 'render':
        return engine.render(request, { asker }).then(renderAnswer);
      case 'inspect':
        return engine
          .inspect({ expression: request.expression }, { asker })
          .then((outcome) => inspectAnswer(request, outcome));
      case 'evaluate':
        return evaluated(engine, request, asker);
    }
  };
}

async function checked(engine: Engine, question: CheckQuestion, asker: string): Promise<GateAnswer> {
  const { recipient: _, call: __, ...request } = question;
  return checkAnswer(question, await engine.check(request, { asker }));
}

/** Asks about one sample after the other, until the expression does not fail. */
async function evaluated(engine: Engine, question: EvaluateQuestion, asker: string): Promise<GateAnswer> {
  let first: GateAnswer<EvaluateQuestion> | undefined;
  for (const [, app] of SAMPLE_APPLICATIONS) {
    const answer = evaluateAnswer(await engine.evaluate(evaluationOf(question, app), { asker }));
    if (!answer.ok || answer.failure === undefined) return answer;
    first ??= answer;
  }
  return first ?? { ok: true };
}
