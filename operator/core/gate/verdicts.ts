import type { Finding } from '../../api/finding.ts';
import type { CheckRequest, EngineProblem } from '../../engine/types.ts';
import type { Inquiry } from '../model/inquiry.ts';

/** What the gate says of one thing that somebody wrote: accepted (undefined), or why not. */
export type GateFinding = Finding | undefined;

/** How a finding names the place in the custom resource that a key of the configuration came from. */
export type FieldOf = (problem: EngineProblem) => string;

const NOT_ASKED: Finding = {
  reason: 'GateUnavailable',
  message:
    "Argo CD's engine, which must accept the resource first, has not answered. The operator keeps asking.",
};

/** Has the engine look at a candidate; a refusal carries the field, line and column, and the engine's own words. */
export function checkFinding(
  inquiry: Inquiry,
  configMap: CheckRequest['configMap'],
  fieldOf: FieldOf,
): GateFinding {
  const answer = inquiry.ask({ call: 'check', configMap, secret: {} });
  if (!answer) return NOT_ASKED;
  if (answer.ok) return undefined;
  if (answer.killed) return killedFinding(answer.message);
  const texts = answer.errors.map(
    (problem) => `${fieldOf(problem)}${lineInField(problem)}: ${words(problem.message)}`,
  );
  return { reason: 'EngineRefused', message: `Argo CD's engine refuses the text. ${texts.join(' ')}` };
}

/** The engine's words without its own name for the template and the place, which has been said already. */
const words = (message: string): string => message.replace(/^template: [\w-]+:\d+(:\d+)?: /, '');

/** A template or expression that the engine did not come to an end with. */
export function killedFinding(message: string): Finding {
  return { reason: 'TooExpensive', message };
}

/** The question was not answered yet. */
export const notAsked = (): Finding => NOT_ASKED;

/** Where it is, inside the field's text. */
export function lineInField({ line, column }: Pick<EngineProblem, 'line' | 'column'>): string {
  if (line === undefined) return '';
  return column === undefined ? `, line ${line}` : `, line ${line}, column ${column}`;
}
