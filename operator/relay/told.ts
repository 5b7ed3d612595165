import type { ApplicationRouteSpec } from '../api/relay-route.ts';
import { formatNoteKey, type NoteKey, readNoteKey, sentNotes } from '../argocd/notes.ts';
import type { ToldCondition } from '../engine/types.ts';
import type { TriggerAnswers } from './ask-engine.ts';
import { isFollowed, leadersOf } from './companions.ts';

/** The notes of sends about one Application: Unix times in seconds by note key. */
export type Notes = Readonly<Record<string, number>>;

/** The key of the note of one send. */
export const noteKeyOf = (trigger: string, { key, oncePer }: ToldCondition, service: string): string =>
  formatNoteKey({ oncePer, trigger, condition: key, service, recipient: '' });

/** A send of an event that has happened. */
export interface PossibleSend {
  readonly event: ApplicationRouteSpec['events'][number];
  readonly condition: Pick<ToldCondition, 'key' | 'oncePer'>;
  readonly service: string;
}

/** What is known about sends. */
export interface KnownSends {
  readonly notes: Notes;
  readonly app: object;
  /** When the event happened; empty if no field of the Application says so. */
  readonly time: string;
  /** Whether the event happened after a moment, a Unix time; as far as is known, if nothing says so. */
  readonly isAfter: (moment: number) => Promise<boolean>;
}

/**
 * Whether a group has been told about an event already, so that Argo CD would not tell it again.
 *
 * A trigger that another one follows stays true until that one is sent, and Argo CD sends it once in that time. The other triggers
 * are false before each occurrence: only Argo CD itself may have told this one, before the robot moved to the relay. Its notes outlive
 * the move, so one that does not name its occurrence counts for older ones only. So does one by a former text of the trigger.
 */
export async function wasTold(
  { event, condition, service }: PossibleSend,
  spec: ApplicationRouteSpec,
  { notes, app, time, isAfter }: KnownSends,
): Promise<boolean> {
  const isThis = (key: NoteKey | undefined) => key?.trigger === event.trigger && key.service === service;
  if (isFollowed(event, spec) && Object.keys(notes).some((key) => isThis(readNoteKey(key)))) return true;
  const sent = sentNotes(app).filter((key) => isThis(key) && key.oncePer === condition.oncePer);
  if (condition.oncePer !== '' && sent.some((key) => key.condition === condition.key)) return true;
  const at = Math.max(...sent.map((note) => note.at.getTime() / 1_000));
  if (sent.length === 0) return false;
  return time === '' ? !(await isAfter(at)) : at >= Date.parse(time) / 1_000;
}

/** The relay keeps its notes for ninety days. Without its note of what ended them, Argo CD's notes must not count for longer. */
const NOTES_COUNT_MS = 89 * 1_440 * 60_000;

/**
 * Argo CD's own notes of sends, from before the robots of these routes moved to the relay: the relay tells who has recovered since
 * then. A note counts until the relay has a later one of the same robot and route. Argo CD does not remove it any more, since its trigger
 * is gone.
 */
export function notesBeforeRelay(
  app: object,
  routes: readonly ApplicationRouteSpec[],
  notes: Notes,
  now: number,
): Notes {
  const routeOf = new Map(
    routes.flatMap((route, index) => route.events.map(({ trigger }) => [trigger, { route, index }] as const)),
  );
  const latest = new Map<string, number>();
  const placeOf = ({ trigger, service }: NoteKey) => `${routeOf.get(trigger)?.index} ${service}`;
  for (const [text, at] of Object.entries(notes)) {
    const key = readNoteKey(text);
    if (key) latest.set(placeOf(key), Math.max(at, latest.get(placeOf(key)) ?? at));
  }
  const found = sentNotes(app).flatMap(({ at, ...key }) => {
    const seconds = at.getTime() / 1_000;
    const isRouted = routeOf.get(key.trigger)?.route.robots.some(({ service }) => service === key.service);
    const isLatest = seconds > (latest.get(placeOf(key)) ?? Number.NEGATIVE_INFINITY);
    const counts = isRouted && isLatest && now - at.getTime() < NOTES_COUNT_MS;
    return counts ? [[formatNoteKey(key), seconds] as const] : [];
  });
  return Object.fromEntries(found);
}

/**
 * The notes that do not count any more after a post about this event: those of the events that it follows, once their triggers are
 * false or this event itself is told. Argo CD removes its notes in the same way.
 */
export function forgotten(
  event: ApplicationRouteSpec['events'][number],
  spec: ApplicationRouteSpec,
  notes: Notes,
  { answers, isTold }: { readonly answers: NonNullable<TriggerAnswers>; readonly isTold: boolean },
): string[] {
  const over = leadersOf(event, spec)
    .map(({ trigger }) => trigger)
    .filter((trigger) => isTold || answers.get(trigger)?.triggered === false);
  return Object.keys(notes).filter((key) => over.includes(readNoteKey(key)?.trigger ?? ''));
}
