import { momentsIn } from '../../argocd/moment.ts';
import { readWrittenTrigger } from '../../argocd/trigger-value.ts';
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
  const liveWhen = live === undefined ? undefined : readWrittenTrigger(live)?.when;
  if (liveWhen === undefined || recipients.some((recipient) => !liveRecipients.has(recipient))) return now;
  return countsFromOf(event, liveWhen) ?? now;
}

/** The moment with which an event has this condition; undefined if it is the condition of something else. */
export function countsFromOf(event: Pick<EventFragment, 'when'>, when: string): string | undefined {
  return momentsIn(when).find((moment) => event.when(moment) === when);
}
