import { sentExpression } from '../../argocd/sent-note.ts';
import { eventClause } from '../../message/catalogue/trigger.ts';
import type { ResolvedEvent } from '../model/resolved.ts';

/** What the conditions of a subscription's events have in common. */
export interface ConditionContext {
  readonly accessCondition: string;
  readonly criteria: string | undefined;
  readonly maxEventAgeSeconds: number;
  readonly events: readonly ResolvedEvent[];
  readonly recipients: readonly string[];
  /** The name of an event's trigger in Argo CD's configuration. */
  keyName(event: ResolvedEvent): string;
}

/**
 * The condition of an event's trigger, with the moment from which on events count.
 *
 * A trigger that follows another one waits for that one's note among Argo CD's sends. The note is gone as soon as the
 * condition is false, and on its way from Degraded to Healthy an application is Progressing; so a trigger that is
 * followed stays true, once it was sent, until the one that follows it can be. Its bytes are the usual ones where nobody
 * follows.
 */
export function eventCondition(event: ResolvedEvent, context: ConditionContext): (since: string) => string {
  const { accessCondition, criteria, maxEventAgeSeconds, recipients, keyName } = context;
  const { trigger } = event;
  const { leaders, followers } = companions(event, context.events);
  const scope = [`(${accessCondition})`, ...(criteria === undefined ? [] : [criteria])];
  return (since) => {
    const happened = [
      trigger.condition,
      ...(trigger.eventTime ? [eventClause(trigger.eventTime, since, maxEventAgeSeconds)] : []),
    ];
    const sent = (events: readonly ResolvedEvent[]) => sentExpression(events.map(keyName), recipients, since);
    const [follower] = followers;
    if (follower) {
      const lasts = `not (${follower.trigger.condition}) and ${sent([event])}`;
      return [...scope, `(${happened.join(' and ')} or ${lasts})`].join(' and ');
    }
    return [...scope, ...happened, ...(leaders.length > 0 ? [sent(leaders)] : [])].join(' and ');
  };
}

/** Events of the same subscription that an event follows, and those that follow it. */
export function companions(
  { trigger, catalogueName }: ResolvedEvent,
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
