import type { RelayRouteSpec } from '../api/relay-route.ts';
import { formatNoteKey, readNoteKey, sentNotes } from '../argocd/notes.ts';
import type { EvaluatedCondition } from '../engine/types.ts';
import { own } from '../lib/own.ts';
import type { TriggerAnswers } from './ask-engine.ts';
import { isFollowed, leadersOf } from './companions.ts';

/** The notes of sends about one Application: Unix times in seconds by note key. */
export type Notes = Readonly<Record<string, number>>;

/** The key of the note of one send. */
export const noteKeyOf = (trigger: string, { key, oncePer }: EvaluatedCondition, service: string): string =>
  formatNoteKey({ oncePer, trigger, condition: key, service, recipient: '' });

/**
 * Whether a group has been told about an event already, so that Argo CD would not tell it again.
 *
 * A trigger that another one follows stays true until that one is sent, and Argo CD sends it once in that time. The other triggers
 * are false before each occurrence: only Argo CD itself may have told this one, before the robot was switched to the relay. It has
 * the same key then, since the relay has the same triggers. Its notes outlive the switch, so one that does not name its occurrence
 * counts for older ones only.
 * @param time when the event happened; empty if nothing says so
 */
export function wasTold(
  event: RelayRouteSpec['events'][number],
  spec: RelayRouteSpec,
  noteKey: string,
  { notes, app, time }: { readonly notes: Notes; readonly app: object; readonly time: string },
): boolean {
  if (isFollowed(event, spec) && own(notes, noteKey) !== undefined) return true;
  const happened = Date.parse(time);
  return sentNotes(app).some(
    ({ at, ...key }) => formatNoteKey(key) === noteKey && (key.oncePer !== '' || at.getTime() >= happened),
  );
}

/**
 * The notes that do not count any more after a post about this event: those of the events that it follows, once their triggers are
 * false or this event itself is told. Argo CD removes its notes in the same way.
 */
export function forgotten(
  event: RelayRouteSpec['events'][number],
  spec: RelayRouteSpec,
  notes: Notes,
  { answers, isTold }: { readonly answers: NonNullable<TriggerAnswers>; readonly isTold: boolean },
): string[] {
  const over = leadersOf(event, spec)
    .map(({ trigger }) => trigger)
    .filter((trigger) => isTold || answers.get(trigger)?.triggered === false);
  return Object.keys(notes).filter((key) => over.includes(readNoteKey(key)?.trigger ?? ''));
}
