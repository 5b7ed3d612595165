import type { Question } from '../core/model/inquiry.ts';
import type { Round } from './gate.ts';

/**
 * The greatest number of rounds of questions for one decision. An answer can raise the next question, as a template's
 * parse raises the question of its rendering. A template raises four questions one after the other, and nothing
 * raises more.
 */
const ROUNDS_OF_A_DECISION = 20;

/** A result, and the open questions. The result is final if there are none. */
export interface Provisional<Result> {
  readonly result: Result;
  readonly open: ReadonlyMap<string, Question>;
}

/**
 * Asks the gate until it has answered. It makes an attempt, has the questions of the attempt answered, and repeats
 * the attempt until no question is open.
 * @param attempt a function of the gate's answers
 * @param answer has questions answered
 * @param maxRounds after this many rounds with an answer, it gives up on attempts that still ask
 * @returns the last attempt, and `answered` if it is final; `failed` also where the attempts still ask
 */
export async function askUntilAnswered<Result>(
  attempt: () => Provisional<Result>,
  answer: (open: Provisional<Result>['open']) => Promise<Round>,
  maxRounds = ROUNDS_OF_A_DECISION,
): Promise<{ readonly result: Result; readonly round: Round }> {
  for (let count = 1; ; count++) {
    const { result, open } = attempt();
    if (open.size === 0) return { result, round: 'answered' };
    const round = count > maxRounds ? 'failed' : await answer(open);
    if (round !== 'answered') return { result, round };
  }
}
