import { sentNotes } from '../../argocd/notes.ts';
import type { FormerDelivery } from './deliveries.ts';
import { applicationName, type TimedApplication } from './event-times.ts';
import { covers } from './scope.ts';

/** A deployment whose sync has ended, but whose Application is not healthy yet. */
export interface UnderWay {
  /** `namespace/name` of the Application. */
  readonly application: string;
  /** Whether it is likely to be over soon. */
  readonly isSoonOver: boolean;
}

/** A rollout that takes longer is waiting for something. */
const SOON_MS = 5 * 60_000;

/**
 * Deployments that the former configuration would report later, and that nothing reports after a switch: the end of the sync dates
 * on-deployed of the catalogue, and it is before the switch.
 * @param maxEventAge in milliseconds: older events are not sent
 */
export function underWay(
  applications: readonly TimedApplication[],
  deliveries: readonly FormerDelivery[],
  now: Date,
  maxEventAge: number,
): UnderWay[] {
  const subscribed = deliveries.filter(({ events = [] }) =>
    events.some(({ condition }) => 'catalogue' in condition && condition.catalogue === 'on-deployed'),
  );
  return applications.flatMap((application) => {
    const { operationState, health } = application.status ?? {};
    const ended = operationState?.phase === 'Succeeded' ? operationState.finishedAt : undefined;
    if (!ended || !health?.status || health.status === 'Healthy') return [];
    const age = now.getTime() - Date.parse(ended);
    const isAwaited = subscribed.some(
      ({ scope, trigger, service }) =>
        covers(scope, application) && !wasNotified(application, new Date(ended), trigger, service),
    );
    if (age > maxEventAge || !isAwaited) return [];
    const isSoonOver = health.status === 'Progressing' && age < SOON_MS;
    return [{ application: applicationName(application), isSoonOver }];
  });
}

/** Sent since the sync ended, or once for its revision, as the well-known triggers are. */
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
