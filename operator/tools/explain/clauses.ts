import { type ConditionContext, conditionParts, type SplitCondition } from '../../core/compile/condition.ts';
import type { ResolvedEvent, ResolvedSubscription } from '../../core/model/resolved.ts';
import { criteriaClauses } from '../../core/resolve/criteria.ts';
import { sinceClause } from '../../message/catalogue/trigger.ts';

/**
 * A part of an event's condition; all parts must hold. Its kind is the access condition (`fence`, a word of the JSON output), a
 * criterion of the subscription, the event itself, the moment from which it counts, its age, an earlier event that it follows, or,
 * if the version is not known, just a part.
 */
export interface Clause {
  readonly kind: 'fence' | 'criterion' | 'condition' | 'since' | 'age' | 'leader' | 'part';
  /** Of a criterion, below `spec.applications`. */
  readonly field?: string;
  /** Of a leader: the events that it waits for. */
  readonly events?: readonly string[];
  /** expr-lang condition; one clause may be part of a later one's expression. */
  readonly expression: string;
}

/** The parts of an event's condition, in the order in which they are reported. */
export function conditionClauses(
  event: ResolvedEvent,
  context: ConditionContext & Pick<ResolvedSubscription, 'cr'>,
  since: string,
): Clause[] {
  const { accessCondition, condition, time, leader } = conditionParts(event, context)(since);
  const { eventTime } = event.trigger;
  return [
    { kind: 'fence', expression: accessCondition },
    ...criteriaClauses(context.cr.spec.applications).map((each): Clause => ({ kind: 'criterion', ...each })),
    { kind: 'condition', expression: condition },
    ...(eventTime ? [{ kind: 'since', expression: sinceClause(eventTime, since) } as const] : []),
    ...(time === undefined ? [] : [{ kind: 'age', expression: time } as const]),
    ...(leader ? [{ kind: 'leader', ...leader } as const] : []),
  ];
}

/** The parts of a condition that an operator of any version has written. */
export function liveClauses({ accessCondition, parts }: SplitCondition): Clause[] {
  return parts.map((expression, index) => {
    const isAccess = index === 0 && accessCondition !== undefined;
    return { kind: isAccess ? 'fence' : 'part', expression };
  });
}
