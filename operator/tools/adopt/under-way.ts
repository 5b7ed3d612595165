import { sentNotes } from '../../argocd/notes.ts';
import { selects } from '../../argocd/selector.ts';
import { applicationName, type Timed } from './event-times.ts';
import type { Unit } from './units.ts';

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
  applications: readonly Timed[],
  units: readonly Unit[],
  now: Date,
  maxEventAge: number,
): UnderWay[] {
  const heard = units.flatMap((unit) =>
    (unit.events ?? []).flatMap(({ trigger, condition }) =>
      'catalogue' in condition && condition.catalogue === 'on-deployed' ? [{ ...unit, trigger }] : [],
    ),
  );
  return applications.flatMap((application) => {
    const { operationState, health } = application.status ?? {};
    const ended = operationState?.phase === 'Succeeded' ? operationState.finishedAt : undefined;
    if (!ended || !health?.status || health.status === 'Healthy') return [];
    const age = now.getTime() - Date.parse(ended);
    const labels = application.metadata.labels ?? {};
    const isAwaited = heard.some(
      ({ entry, trigger, service }) =>
        selects(entry.selector, labels) && !wasTold(application, new Date(ended), trigger, service),
    );
    if (age > maxEventAge || !isAwaited) return [];
    const isSoonOver = health.status === 'Progressing' && age < SOON_MS;
    return [{ application: applicationName(application), isSoonOver }];
  });
}

/** Told since the sync ended, or once for its revision, which is what the well-known triggers do. */
function wasTold(application: Timed, ended: Date, trigger: string, service: string): boolean {
  const { operationState, sync } = application.status ?? {};
  const revisions = [operationState?.syncResult?.revision, sync?.revision].filter((each) => each);
  return sentNotes(application).some(
    (note) =>
      note.trigger === trigger &&
      note.service === service &&
      (note.at >= ended || revisions.some((revision) => `${note.oncePer}:`.startsWith(`${revision}:`))),
  );
}
