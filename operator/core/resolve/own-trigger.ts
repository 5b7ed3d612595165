import type { SubscribedEvent } from '../../api/types.generated.ts';
import { evaluationWarning, expressionFinding, isDoubt } from '../gate/expressions.ts';
import type { ExpressionRole } from '../model/engine-api.ts';
import type { Inquiry } from '../model/inquiry.ts';
import type { JudgedTrigger } from '../model/resolved.ts';
import type { Refusal } from '../model/verdict.ts';
import { textHealthWarnings } from './resource-health.ts';

/**
 * Judges an event with an own condition. The engine parses each expression by itself, so each is one whole expression inside
 * its parentheses. The line break before the closing parenthesis ends a comment that would swallow it.
 */
export function ownTrigger(
  { when = '', oncePer, eventTime }: SubscribedEvent,
  path: string,
  inquiry: Inquiry,
): JudgedTrigger | Refusal {
  const roles: Readonly<Record<ExpressionRole, string | undefined>> = { when, oncePer, eventTime };
  const expressions = Object.entries(roles).flatMap(([role, expression]) =>
    expression === undefined ? [] : [{ role: role as ExpressionRole, expression, field: `${path}.${role}` }],
  );
  const findings = expressions.flatMap(
    ({ expression, role, field }) => expressionFinding(expression, role, field, inquiry) ?? [],
  );
  const refusal = findings.find((finding) => !isDoubt(finding));
  if (refusal) return refusal;
  const warnings =
    findings.length > 0
      ? []
      : expressions.flatMap(({ expression, field }) => evaluationWarning(expression, field, inquiry) ?? []);
  const trigger = {
    condition: enclosed(when),
    ...(oncePer !== undefined && { oncePer: enclosed(oncePer) }),
    ...(eventTime !== undefined && { eventTime: { expression: enclosed(eventTime) } }),
  };
  const health = textHealthWarnings(when, `${path}.when`);
  return { trigger, doubts: findings, warnings: [...warnings, ...health] };
}

const enclosed = (expression: string): string => `(${expression}\n)`;
