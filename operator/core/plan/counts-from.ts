import { momentsIn } from '../../argocd/moment.ts';
import { readWrittenTrigger } from '../../argocd/trigger-value.ts';
import type { EventFragment } from '../compile/fragments.ts';

/**
 * The moment from which the events of a trigger count. A trigger must not replay older events when its text changes, when it
 * gets a further recipient, or when its entry comes back. So it carries the moment of that change. Everything that leaves the
 * trigger unchanged (a restart, an upgrade, an edit elsewhere) must leave that moment unchanged, too. The live trigger itself
 * is the memory.
 * @param live value of the live trigger, if it is of the same CR
 * @param liveRecipients the services that the trigger is sent to now
 * @param now RFC 3339, whole seconds, by the API server's clock
 */
export function countsFrom(
  event: Pick<EventFragment, 'when'>,
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
