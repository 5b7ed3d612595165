import type { Finding } from '../../api/finding.ts';
import type { ExpressionRole } from '../model/engine-api.ts';
import type { Inquiry } from '../model/inquiry.ts';
import type { Refusal } from '../model/verdict.ts';
import {
  type GateFinding,
  killedFinding,
  lineInField,
  refusedFinding,
  unansweredFinding,
} from './verdicts.ts';

/**
 * The mistake in a tenant's expression: the engine does not compile it, or the policy for conditions refuses it. Undefined if
 * there is none.
 * @param role the purpose of the expression
 * @param field the expression's path in the custom resource
 */
export function expressionFinding(
  expression: string,
  role: ExpressionRole,
  field: string,
  inquiry: Inquiry,
): GateFinding | undefined {
  const answer = inquiry.ask({ call: 'inspect', expression, role });
  if (!answer) return unansweredFinding();
  if (!answer.ok) {
    if (answer.killed) return killedFinding(`${field}: ${answer.message}`);
    const texts = answer.errors.map((problem) => `${field}${lineInField(problem)}: ${problem.message}`);
    return refusedFinding(texts);
  }
  const { violation, discouraged } = answer;
  if (violation !== undefined)
    return { gate: 'forbidden', reason: 'ExpressionNotAllowed', message: `${field}: ${violation}` };
  return discouraged === undefined
    ? undefined
    : { gate: 'discouraged', reason: 'ExpressionDiscouraged', message: `${field}: ${discouraged}` };
}

/**
 * Whether a finding counts against new expressions only. A live expression was accepted once. A stricter rule since then, or
 * an engine that was too slow this time, must not silence anybody.
 */
export const isDoubt = ({ gate }: Refusal): boolean => gate === 'discouraged' || gate === 'killed';

/**
 * Warns about an accepted expression that fails for every sample Application: Argo CD writes an error to its log each time,
 * and may never send the event. Undefined if the expression works, and as long as that is not known.
 */
export function evaluationWarning(expression: string, field: string, inquiry: Inquiry): Finding | undefined {
  const answer = inquiry.ask({ call: 'evaluate', expression });
  if (!answer?.ok || answer.failure === undefined) return undefined;
  const message =
    `${field}: the expression fails for each of the operator's sample Applications (${answer.failure}), and Argo CD writes an ` +
    'error to its log each time. Write ?. where a field may be missing, and ?? before the value to use instead: ' +
    "(app.status?.health?.status ?? '').";
  return { reason: 'ConditionAlwaysFails', message };
}
