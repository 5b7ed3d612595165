import type { CheckRequest, EngineProblem } from '../../engine/types.ts';
import type { Inquiry } from '../model/inquiry.ts';
import type { GateState, Refusal } from '../model/verdict.ts';

/** The gate's reason to refuse a text. */
export interface GateFinding extends Refusal {
  readonly gate: GateState;
}

/** Names the place in the custom resource from which a key of the configuration was made. */
export type FieldOf = (problem: EngineProblem) => string;

const UNANSWERED: GateFinding = {
  gate: 'unanswered',
  reason: 'GateUnavailable',
  message:
    "Argo CD's engine, which must accept the resource first, has not answered. The operator keeps asking.",
};

/**
 * Asks the engine about a candidate. A refusal has the field, line and column, and the engine's own words.
 * @returns undefined for a candidate that the engine accepts
 */
export function checkFinding(
  inquiry: Inquiry,
  configMap: CheckRequest['configMap'],
  fieldOf: FieldOf,
): GateFinding | undefined {
  const answer = inquiry.ask({ call: 'check', configMap, secret: {} });
  if (!answer) return UNANSWERED;
  if (answer.ok) return undefined;
  if (answer.killed) return killedFinding(answer.message);
  const texts = answer.errors.map(
    (problem) => `${fieldOf(problem)}${lineInField(problem)}: ${words(problem.message)}`,
  );
  return refusedFinding(texts);
}

/** @param texts the engine's words about each text that it refuses, with the place */
export function refusedFinding(texts: readonly string[]): GateFinding {
  const message = `Argo CD's engine refuses the text. ${texts.join(' ')}`;
  return { gate: 'refused', reason: 'EngineRefused', message };
}

/** The engine's words without its own name for the template and the place, which the message has already. */
const words = (message: string): string => message.replace(/^template: [\w-]+:\d+(:\d+)?: /, '');

/** A template or expression that the engine did not finish in its time and memory. */
export function killedFinding(message: string): GateFinding {
  return { gate: 'killed', reason: 'TooExpensive', message };
}

/** The engine has not answered yet. */
export const unansweredFinding = (): GateFinding => UNANSWERED;

/** The place inside the field's text. */
export function lineInField({ line, column }: Pick<EngineProblem, 'line' | 'column'>): string {
  if (line === undefined) return '';
  return column === undefined ? `, line ${line}` : `, line ${line}, column ${column}`;
}
