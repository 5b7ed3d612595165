import type { Finding } from '../verdict.ts';
import { policyViolation } from './expression-policy.ts';
import type { ExpressionRole } from './expression-stability.ts';
import type { Inquiry } from './inquiry.ts';
import { killedFinding, notAsked, place } from './verdicts.ts';

/**
 * What is wrong with an expression of a tenant's: the engine does not compile it, or it is outside of what conditions
 * may be made of. Undefined if nothing is.
 * @param role what it is for
 * @param field its path in the custom resource
 */
export function expressionFinding(
  expression: string,
  role: ExpressionRole,
  field: string,
  inquiry: Inquiry,
): Finding | undefined {
  const answer = inquiry.ask({ call: 'inspect', expression });
  if (!answer) return notAsked();
  if (!answer.ok) {
    if (answer.killed) return killedFinding(`${field}: ${answer.message}`);
    const texts = answer.errors.map((problem) => `${field}${place(problem)}: ${problem.message}`);
    return { reason: 'EngineRefused', message: `Argo CD's engine refuses it. ${texts.join(' ')}` };
  }
  const violation = policyViolation(answer.facts, role);
  return violation === undefined
    ? undefined
    : { reason: 'ExpressionNotAllowed', message: `${field}: ${violation}` };
}
