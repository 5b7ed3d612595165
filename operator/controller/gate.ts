import {
  checkAnswer,
  evaluateAnswer,
  evaluationOf,
  inspectAnswer,
  renderAnswer,
} from '../core/gate/answers.ts';
import type { CheckQuestion, EvaluateQuestion, GateAnswer, GateRequest } from '../core/gate/engine-api.ts';
import type { Answers } from '../core/gate/inquiry.ts';
import { SAMPLE_APPLICATIONS } from '../core/gate/sample-applications.ts';
import type { Engine } from '../engine/types.ts';
import type { Log } from '../kubernetes/log.ts';

/** Asks the engine one thing; rejects only if there is no engine to ask. */
export type AskEngine = (request: GateRequest) => Promise<GateAnswer>;

/** Keeps answers by the content of their questions. */
export interface AnswerStore extends Answers {
  set(key: string, answer: GateAnswer): void;
}

/** How far a round of questions got: all are answered, some still are with the engine, or it can't be asked. */
export type Round = 'answered' | 'pending' | 'failed';

/** The gate from the outside: has questions answered, and remembers the answers. */
export class Gate {
  readonly answers: AnswerStore;
  readonly #ask: AskEngine;
  readonly #log: Log;
  /** Questions that are with the engine; resolves to whether there was an answer. */
  readonly #asked = new Map<string, Promise<boolean>>();

  constructor(ask: AskEngine, answers: AnswerStore, log: Log) {
    this.#ask = ask;
    this.answers = answers;
    this.#log = log;
  }

  /**
   * Has the questions answered, but waits no longer than that: a template that takes the engine seconds must not hold
   * up everybody else's edits. A gate that is out of order holds up what is new and nothing else.
   * @param budgetMs in milliseconds; without it, all are waited for
   * @param onLateAnswers told when all that was still pending is answered
   */
  async answer(
    questions: ReadonlyMap<string, GateRequest>,
    budgetMs = Number.POSITIVE_INFINITY,
    onLateAnswers: () => void = () => undefined,
  ): Promise<Round> {
    const all = Promise.all([...questions].map(([key, request]) => this.#once(key, request)));
    const results = await within(all, budgetMs);
    if (results) return results.every(Boolean) ? 'answered' : 'failed';
    void all.then(onLateAnswers);
    return 'pending';
  }

  #once(key: string, request: GateRequest): Promise<boolean> {
    const asked = this.#asked.get(key) ?? this.#askFor(key, request).finally(() => this.#asked.delete(key));
    this.#asked.set(key, asked);
    return asked;
  }

  async #askFor(key: string, request: GateRequest): Promise<boolean> {
    try {
      this.answers.set(key, await this.#ask(request));
      return true;
    } catch (err) {
      this.#log.error({ err, call: request.call }, 'the engine cannot be asked');
      return false;
    }
  }
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

/** Runs what somebody else wrote, which can take long. */
const RUNS = { isBackground: true };

/** How the core's questions reach the engine; of its answers the verdicts are kept. */
export function engineAsker(engine: Engine): AskEngine {
  return (request) => {
    switch (request.call) {
      case 'check':
        return checked(engine, request);
      case 'render':
        return engine.render(request, RUNS).then(renderAnswer);
      case 'inspect':
        return engine
          .inspect({ expression: request.expression })
          .then((outcome) => inspectAnswer(request, outcome));
      case 'evaluate':
        return evaluated(engine, request);
    }
  };
}

async function checked(engine: Engine, question: CheckQuestion): Promise<GateAnswer> {
  const { recipient: _, call: __, ...request } = question;
  return checkAnswer(question, await engine.check(request));
}

/** Asks about one sample after the other, until the expression does not fail. */
async function evaluated(engine: Engine, question: EvaluateQuestion): Promise<GateAnswer> {
  let first: GateAnswer<EvaluateQuestion> | undefined;
  for (const [, app] of SAMPLE_APPLICATIONS) {
    const answer = evaluateAnswer(await engine.evaluate(evaluationOf(question, app), RUNS));
    if (!answer.ok || answer.failure === undefined) return answer;
    first ??= answer;
  }
  return first ?? { ok: true };
}
