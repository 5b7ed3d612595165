import { conjuncts } from '../../argocd/expr.ts';
import { eventKeyName } from '../../argocd/names.ts';
import { sentExpression } from '../../argocd/notes.ts';
import { eventClause } from '../../message/catalogue/trigger.ts';
import type { ResolvedEvent, ResolvedSubscription } from '../model/resolved.ts';

/** The common inputs of the conditions of a subscription's events. */
export interface ConditionContext
  extends Pick<ResolvedSubscription, 'accessCondition' | 'criteria' | 'events'> {
  readonly cr: { readonly metadata: { readonly namespace: string; readonly name: string } };
  readonly maxEventAgeSeconds: number;
  /** Names of services. */
  readonly recipients: readonly string[];
}

/** The parts of an event that its condition depends on. */
export type ConditionedEvent = Pick<ResolvedEvent, 'name' | 'trigger' | 'catalogueName'>;

/** The parts of an event's condition, each an expr-lang condition. All of them must hold before the event is sent. */
export interface ConditionParts {
  readonly accessCondition: string;
  readonly criteria: string | undefined;
  /** The trigger's own condition. */
  readonly condition: string;
  /** The event happened after the moment from which on events count, and not too long ago; absent if the event has no time. */
  readonly time?: string;
  /** Another event was sent before; absent if the event follows none. */
  readonly leader?: { readonly events: readonly string[]; readonly expression: string };
}

/** The parts of the condition of an event's trigger, by the moment from which on events count. */
export function conditionParts(
  event: ConditionedEvent,
  context: ConditionContext,
): (since: string) => ConditionParts {
  const { accessCondition, criteria, maxEventAgeSeconds } = context;
  const { condition, eventTime } = event.trigger;
  const { leaders } = companions(event, context.events);
  return (since) => ({
    accessCondition,
    criteria,
    condition,
    ...(eventTime && { time: eventClause(eventTime, since, maxEventAgeSeconds) }),
    ...(leaders.length > 0 && {
      leader: { events: leaders.map(({ name }) => name), expression: wasSent(leaders, context, since) },
    }),
  });
}

/**
 * The condition of an event's trigger, with the moment from which on events count.
 *
 * A trigger that follows another one waits for that one's note among Argo CD's sends. The note disappears as soon as the
 * condition is false, and an application is Progressing on its way from Degraded to Healthy. So a trigger with a follower
 * stays true after its send, until the follower can be sent. A trigger without a follower has its usual bytes.
 */
export function eventCondition(
  event: ConditionedEvent,
  context: ConditionContext,
): (since: string) => string {
  const [follower] = companions(event, context.events).followers;
  const parts = conditionParts(event, context);
  const scope = scopeOf(context.accessCondition, context.criteria);
  return (since) => {
    const { condition, time, leader } = parts(since);
    const happened = [condition, ...(time === undefined ? [] : [time])];
    if (!follower) return allOf([...scope, ...happened, ...(leader ? [leader.expression] : [])]);
    const lasts = allOf([`not (${follower.trigger.condition})`, wasSent([event], context, since)]);
    return allOf([...scope, `(${allOf(happened)} or ${lasts})`]);
  };
}

/** Each condition begins with the access condition, in parentheses, and the criteria if there are any. */
const scopeOf = (accessCondition: string, criteria: string | undefined): string[] => [
  `(${accessCondition})`,
  ...(criteria === undefined ? [] : [criteria]),
];

const allOf = (parts: readonly string[]): string => parts.join(' and ');

/** Whether a live condition begins with this access condition and, if they are given, these criteria. */
export function hasScope(when: string, accessCondition: string, criteria?: string): boolean {
  return when.startsWith(allOf([...scopeOf(accessCondition, criteria), '']));
}

/** A condition that the operator wrote, of any version, split into the parts that all must hold. */
export interface SplitCondition {
  /** Undefined if the first part is not an access condition: a hand edit may have removed it. */
  readonly accessCondition: string | undefined;
  /** All parts, unchanged, the access condition first. */
  readonly parts: readonly string[];
}

/** Splits a condition as {@link eventCondition} writes it; each criterion is a separate part. */
export function splitCondition(when: string): SplitCondition {
  const parts = conjuncts(when);
  return { accessCondition: /^\((.*)\)$/s.exec(parts[0] ?? '')?.[1], parts };
}

function wasSent(
  events: readonly ConditionedEvent[],
  { cr: { metadata }, recipients }: ConditionContext,
  since: string,
): string {
  const triggers = events.map(({ name }) => eventKeyName(metadata.namespace, metadata.name, name));
  return sentExpression(triggers, recipients, since);
}

/** Events of the same subscription that an event follows, and events that follow it. */
export function companions(
  { trigger, catalogueName }: ConditionedEvent,
  events: readonly ResolvedEvent[],
): { readonly leaders: readonly ResolvedEvent[]; readonly followers: readonly ResolvedEvent[] } {
  return {
    leaders: events.filter(
      (other) => other.catalogueName !== undefined && other.catalogueName === trigger.follows,
    ),
    followers: events.filter(
      (other) => catalogueName !== undefined && other.trigger.follows === catalogueName,
    ),
  };
}
