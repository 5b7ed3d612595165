import type { Question } from '../core/model/inquiry.ts';
import type { Round } from './gate.ts';

/**
 * How many rounds of questions a decision takes at the most. An answer can raise the next question, a template's parse that of
 * its rendering: a template raises four questions one after the other, and nothing raises more.
 */
const ROUNDS_OF_A_DECISION = 20;

/** A result, and the questions without whose answers it is not final. */
export interface Provisional<Result> {
  readonly result: Result;
  readonly open: ReadonlyMap<string, Question>;
}

/**
 * Asks the gate until it has answered. Attempts something, has the questions of the attempt answered, and attempts it
 * again, until no question is open.
 * @param attempt a function of the gate's answers
 * @param answer has questions answered
 * @param maxRounds after so many rounds with an answer, whatever goes on asking is given up
 * @returns the last attempt, and `answered` if it is final; `failed` also where the attempts go on asking
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
