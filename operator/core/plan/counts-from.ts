import type { EventFragment } from '../compile/fragments.ts';

/**
 * From when on the events of a trigger count. A trigger whose text changes, that gets a further recipient, or whose
 * entry comes back must not replay what happened before; so it carries the moment of that change, and everything
 * that leaves it alone (a restart, an upgrade, an edit elsewhere) must leave that moment alone too. The live trigger
 * itself is the memory.
 * @param live value of the live trigger, if it is of the same CR
 * @param liveRecipients who gets it now
 * @param now RFC 3339, whole seconds, by the API server's clock
 */
export function countsFrom(
  event: EventFragment,
  recipients: readonly string[],
  live: string | undefined,
  liveRecipients: ReadonlySet<string>,
  now: string,
): string {
  const liveWhen = live === undefined ? undefined : readWhen(live);
  if (liveWhen === undefined || recipients.some((recipient) => !liveRecipients.has(recipient))) return now;
  return countsFromOf(event, liveWhen) ?? now;
}

/** The moment with which an event has this condition; undefined if it is the condition of something else. */
export function countsFromOf(event: Pick<EventFragment, 'when'>, when: string): string | undefined {
  const moments = [...when.matchAll(/'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)'/g)].map(
    (match) => match[1] as string,
  );
  return moments.find((moment) => event.when(moment) === when);
}

/** The condition of a trigger of ours; undefined if somebody has rewritten the value into another form. */
export const readWhen = (value: string): string | undefined => readExpression(value, 'when');

/** What tells the occurrences of a trigger of ours apart; undefined if it has no such expression, or another form. */
export const readOncePer = (value: string): string | undefined => readExpression(value, 'oncePer');

function readExpression(value: string, field: 'when' | 'oncePer'): string | undefined {
  try {
    const [first] = JSON.parse(value) as [{ when?: unknown; oncePer?: unknown }?];
    const expression = first?.[field];
    return typeof expression === 'string' ? expression : undefined;
  } catch {
    return undefined;
  }
}

/** A time as triggers carry it. */
export function formatMoment(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
