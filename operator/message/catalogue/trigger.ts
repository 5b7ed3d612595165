import { momentLiteral } from '../../argocd/moment.ts';

/** A condition for an event that is worth a message. */
export interface Trigger {
  /** expr-lang condition on `app`, without fence and time. */
  readonly condition: string;
  /**
   * Null-safe expr-lang value that identifies one occurrence. The engine never sends twice for the same value, and
   * (https://github.com/argoproj/argo-cd/issues/20879) never retries a failed send. Absent: sent once for as long as
   * the condition stays true, and again when it comes back.
   */
  readonly oncePer?: string;
  /** If absent, the time is not known, so old occurrences may be sent again. */
  readonly eventTime?: EventTime;
  /**
   * The trigger of the catalogue that must have been sent, by the same subscription, before this one is. That one then
   * counts as lasting until this one's condition holds.
   */
  readonly follows?: TriggerName;
}

/** The triggers of the catalogue. A name is part of the API and never changes. */
export type TriggerName =
  | 'on-created'
  | 'on-deleted'
  | 'on-deployed'
  | 'on-health-degraded'
  | 'on-health-recovered'
  | 'on-health-suspended'
  | 'on-sync-failed'
  | 'on-sync-running'
  | 'on-sync-status-unknown'
  | 'on-sync-succeeded';

/** One ready-made trigger: the meaning of an event named in a subscription. Its expressions are null-safe. */
export interface CatalogueTrigger extends Trigger {
  readonly name: TriggerName;
  readonly eventTime: EventTime;
}

/** Where an Application says when the event happened. */
export type EventTime =
  /** A path below `app` that holds an RFC 3339 time. */
  | { readonly path: string }
  /** A list below `app` and a time in each of its items. The newest time counts. */
  | { readonly list: string; readonly item: string }
  /** Another expression of expr-lang, in parentheses. */
  | { readonly expression: string };

/**
 * The clause that lets only new events through: later than `since`, and not older than `maxAgeSeconds`, since the
 * engine remembers only the last hundred sends. RFC 3339 times in UTC compare as text, which is null-safe;
 * `time.Parse` would panic on a missing one, so it comes after.
 */
export function eventClause(eventTime: EventTime, since: string, maxAgeSeconds: number): string {
  return onTime(
    eventTime,
    (value) =>
      `${isLater(value, since)} and time.Now().Sub(time.Parse(${value})).Seconds() < ${maxAgeSeconds}`,
  );
}

/** The part of {@link eventClause} that says that the event is later than `since`. */
export function sinceClause(eventTime: EventTime, since: string): string {
  return onTime(eventTime, (value) => isLater(value, since));
}

/** A text: when the event happened, by the latest time where there are several; empty if nothing says so. */
export function eventTimeText(eventTime: EventTime): string {
  if (!('list' in eventTime)) return onTime(eventTime, (value) => `${value} ?? ''`);
  const time = `(#?.${eventTime.item} ?? '')`;
  return `reduce(${nullSafe(eventTime.list)} ?? [], ${time} > #acc ? ${time} : #acc, '')`;
}

const isLater = (value: string, since: string): string => `(${value} ?? '') > ${momentLiteral(since)}`;

function onTime(eventTime: EventTime, clause: (value: string) => string): string {
  if ('path' in eventTime) return clause(nullSafe(eventTime.path));
  if ('expression' in eventTime) return clause(eventTime.expression);
  return `any(${nullSafe(eventTime.list)} ?? [], ${clause(`#?.${eventTime.item}`)})`;
}

/** `status.health.status` → `app.status?.health?.status`. */
export function nullSafe(path: string): string {
  return `app.${path.split('.').join('?.')}`;
}
