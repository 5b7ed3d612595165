import { readRecipient } from '../../argocd/foreign-entries.ts';
import { formatNoteKey, sentNotes } from '../../argocd/notes.ts';
import { selects } from '../../argocd/selector.ts';
import { own } from '../../lib/own.ts';
import { applicationName, eventTimes, type Timed } from './event-times.ts';
import type { Unit } from './units.ts';

/** A condition of a trigger that holds for an Application now, as the engine names it. */
export interface Holding {
  readonly trigger: string;
  readonly key: string;
  readonly oncePer: string;
}

/**
 * What the former configuration still has to tell of an Application: conditions that hold, without a note that they were
 * sent.
 */
export function pendingOf(application: Timed, holding: readonly Holding[], units: readonly Unit[]): string[] {
  const notes = new Set(sentNotes(application).map(formatNoteKey));
  const labels = application.metadata.labels ?? {};
  return units.flatMap(({ events, triggers, recipient, service, entry }) => {
    if (!events || !selects(entry.selector, labels)) return [];
    const { recipient: extra } = readRecipient(recipient);
    return holding.flatMap(({ trigger, key, oncePer }) => {
      if (!triggers.includes(trigger)) return [];
      const note = formatNoteKey({ oncePer, trigger, condition: key, service, recipient: extra });
      return notes.has(note) ? [] : [`${trigger} to ${service}`];
    });
  });
}

/** What went wrong at the moment of the switch. */
export interface Anomalies {
  /** Told by both configurations. */
  readonly twice: readonly string[];
  /** Dated before the switch, but seen after it: told by neither. */
  readonly missed: readonly string[];
}

/**
 * Compares Applications before and after the switch.
 * @param since the moment from which on events count, RFC 3339
 */
export function anomaliesBetween(
  before: readonly Timed[],
  after: readonly Timed[],
  since: string,
  units: readonly Unit[],
): Anomalies {
  const known = new Map(before.map((each) => [applicationName(each), eventTimes(each)]));
  const twice: string[] = [];
  const missed: string[] = [];
  for (const application of after) {
    const name = applicationName(application);
    const earlier = known.get(name) ?? {};
    const fresh = Object.entries(eventTimes(application)).filter(
      ([what, time]) => time > (own(earlier, what) ?? ''),
    );
    // What began before and went on after it is told by its later part.
    if (fresh.every(([, time]) => time <= since)) missed.push(...fresh.map(([what]) => `${name} (${what})`));
    const first = fresh
      .map(([, time]) => time)
      .filter((time) => time > since)
      .sort()[0];
    if (first !== undefined && wasToldSince(application, new Date(first), units)) twice.push(name);
  }
  return { twice, missed };
}

/** Whether the former configuration has told of anything from that time on. */
function wasToldSince(application: Timed, time: Date, units: readonly Unit[]): boolean {
  const former = units.filter(({ events }) => events !== undefined);
  return sentNotes(application).some(
    (note) =>
      note.at >= time &&
      former.some(({ triggers, service }) => service === note.service && triggers.includes(note.trigger)),
  );
}
