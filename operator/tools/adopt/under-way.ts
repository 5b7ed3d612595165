import { sentNotes } from '../../argocd/notes.ts';
import { selects } from '../../argocd/selector.ts';
import type { EntryRecipient } from './entry-recipients.ts';
import { applicationName, type TimedApplication } from './event-times.ts';

/** A deployment whose sync has ended, and whose health has yet to follow. */
export interface UnderWay {
  /** `namespace/name` of the Application. */
  readonly application: string;
  /** Whether it is likely to be over soon. */
  readonly isSoonOver: boolean;
}

/** A rollout that takes longer is waiting for something. */
const SOON_MS = 5 * 60_000;

/**
 * Deployments of which the former configuration would tell later, and nobody will after a switch: on-deployed of the
 * catalogue is dated by the end of the sync, which is before it.
 * @param maxEventAge in milliseconds: nothing older is told of
 */
export function underWay(
  applications: readonly TimedApplication[],
  recipients: readonly EntryRecipient[],
  now: Date,
  maxEventAge: number,
): UnderWay[] {
  const subscribed = recipients.flatMap((recipient) =>
    (recipient.events ?? []).flatMap(({ trigger, condition }) =>
      'catalogue' in condition && condition.catalogue === 'on-deployed' ? [{ ...recipient, trigger }] : [],
    ),
  );
  return applications.flatMap((application) => {
    const { operationState, health } = application.status ?? {};
    const ended = operationState?.phase === 'Succeeded' ? operationState.finishedAt : undefined;
    if (!ended || !health?.status || health.status === 'Healthy') return [];
    const age = now.getTime() - Date.parse(ended);
    const labels = application.metadata.labels ?? {};
    const isAwaited = subscribed.some(
      ({ entry, trigger, service }) =>
        selects(entry.selector, labels) && !wasNotified(application, new Date(ended), trigger, service),
    );
    if (age > maxEventAge || !isAwaited) return [];
    const isSoonOver = health.status === 'Progressing' && age < SOON_MS;
    return [{ application: applicationName(application), isSoonOver }];
  });
}

/** Told since the sync ended, or once for its revision, which is what the well-known triggers do. */
function wasNotified(application: TimedApplication, ended: Date, trigger: string, service: string): boolean {
  const { operationState, sync } = application.status ?? {};
  const revisions = [operationState?.syncResult?.revision, sync?.revision].filter((each) => each);
  return sentNotes(application).some(
    (note) =>
      note.trigger === trigger &&
      note.service === service &&
      (note.at >= ended || revisions.some((revision) => `${note.oncePer}:`.startsWith(`${revision}:`))),
  );
}
