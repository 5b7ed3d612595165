import { eventKeyName } from '../../argocd/names.ts';
import { sentExpression } from '../../argocd/sent-note.ts';
import { companions } from '../../core/compile/condition.ts';
import type { ResolvedEvent, ResolvedSubscription } from '../../core/model/resolved.ts';
import { criteriaClauses } from '../../core/resolve/criteria.ts';
import { type EventTime, eventClause, sinceClause } from '../../message/catalogue/trigger.ts';

/**
 * A part of an event's condition, all of which must hold, by what it is about: the applications that the namespace may
 * hear of, a criterion of the subscription, the event itself, the moment from which on it counts, its age, what was sent
 * before, or, of a version that is not known, just a part.
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

/** What a condition is made with, beside its subscription. */
export interface ClauseContext {
  readonly fence: string;
  /** RFC 3339. */
  readonly since: string;
  /** Services. */
  readonly recipients: readonly string[];
  readonly maxEventAgeSeconds: number;
}

/** The parts of an event's condition, in the order in which they are worth telling. */
export function conditionClauses(
  { cr, events }: ResolvedSubscription,
  event: ResolvedEvent,
  { fence, since, recipients, maxEventAgeSeconds }: ClauseContext,
): Clause[] {
  const { namespace, name } = cr.metadata;
  const { condition, eventTime } = event.trigger;
  const { leaders } = companions(event, events);
  const names = leaders.map((leader) => leader.name);
  const keys = names.map((each) => eventKeyName(namespace, name, each));
  return [
    { kind: 'fence', expression: fence },
    ...criteriaClauses(cr.spec.applications).map((each): Clause => ({ kind: 'criterion', ...each })),
    { kind: 'condition', expression: condition },
    ...(eventTime ? timeClauses(eventTime, since, maxEventAgeSeconds) : []),
    ...(names.length > 0
      ? [{ kind: 'leader', events: names, expression: sentExpression(keys, recipients, since) } as const]
      : []),
  ];
}

const timeClauses = (eventTime: EventTime, since: string, maxAgeSeconds: number): Clause[] => [
  { kind: 'since', expression: sinceClause(eventTime, since) },
  { kind: 'age', expression: eventClause(eventTime, since, maxAgeSeconds) },
];

/**
 * The parts of a condition of ours of whatever version: it begins with the fence, in parentheses, and goes on with what
 * else must hold.
 */
export function partsOf(when: string): { readonly fence: string; readonly parts: readonly Clause[] } {
  const [first = '', ...others] = conjuncts(when);
  const fence = /^\((.*)\)$/s.exec(first)?.[1];
  return {
    fence: fence ?? first,
    parts: [
      // Whoever edits it by hand may leave no fence.
      { kind: fence === undefined ? 'part' : 'fence', expression: first },
      ...others.map((expression): Clause => ({ kind: 'part', expression })),
    ],
  };
}

/** Splits at each `and` that is in no parentheses, brackets or text. */
function conjuncts(expression: string): string[] {
  const found: string[] = [];
  let [depth, from] = [0, 0];
  for (const { 0: token, index } of expression.matchAll(
    /'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[([{]|[)\]}]| and /gs,
  )) {
    if ('([{'.includes(token)) depth += 1;
    else if (')]}'.includes(token)) depth -= 1;
    else if (token === ' and ' && depth === 0) {
      found.push(expression.slice(from, index));
      from = index + token.length;
    }
  }
  return [...found, expression.slice(from)];
}
