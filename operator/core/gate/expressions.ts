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
 * Whether a finding counts against new expressions only. One that is live was accepted before it went there: that a stricter
 * rule came since, or that the engine was too slow this time, is no reason to silence anybody.
 */
export const isDoubt = ({ gate }: Refusal): boolean => gate === 'discouraged' || gate === 'killed';

/**
 * Warns of an accepted expression that fails for every sample Application: Argo CD writes an error into its log each time,
 * and the event may never come. Undefined if it does not, and as long as that is not known.
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
