import { readRecipient } from '../../argocd/foreign-entries.ts';
import { formatNoteKey, sentNotes } from '../../argocd/notes.ts';
import { selects } from '../../argocd/selector.ts';
import { own } from '../../lib/own.ts';
import type { EntryRecipient } from './entry-recipients.ts';
import { applicationName, eventTimes, type TimedApplication } from './event-times.ts';

/** A condition of a trigger that holds for an Application now, as the engine names it. */
export interface TrueCondition {
  readonly trigger: string;
  readonly key: string;
  readonly oncePer: string;
}

/**
 * The notifications about an Application that the former configuration has not sent yet: its condition is true, and no note says
 * that Argo CD has sent it.
 */
export function pendingOf(
  application: TimedApplication,
  trueConditions: readonly TrueCondition[],
  recipients: readonly EntryRecipient[],
): string[] {
  const notes = new Set(sentNotes(application).map(formatNoteKey));
  const labels = application.metadata.labels ?? {};
  return recipients.flatMap(({ events, triggers, recipient, service, entry }) => {
    if (!events || !selects(entry.selector, labels)) return [];
    const { recipient: extra } = readRecipient(recipient);
    return trueConditions.flatMap(({ trigger, key, oncePer }) => {
      if (!triggers.includes(trigger)) return [];
      const note = formatNoteKey({ oncePer, trigger, condition: key, service, recipient: extra });
      return notes.has(note) ? [] : [`${trigger} to ${service}`];
    });
  });
}

/** Errors at the moment of the switch. */
export interface Anomalies {
  /** Both configurations have sent a notification. */
  readonly twice: readonly string[];
  /** Dated before the switch, but seen after it: neither configuration has sent a notification. */
  readonly missed: readonly string[];
}

/**
 * Compares Applications before and after the switch.
 * @param since the moment from which on events count, RFC 3339
 */
export function anomaliesBetween(
  before: readonly TimedApplication[],
  after: readonly TimedApplication[],
  since: string,
  recipients: readonly EntryRecipient[],
): Anomalies {
  const known = new Map(before.map((each) => [applicationName(each), eventTimes(each)]));
  const twice: string[] = [];
  const missed: string[] = [];
  for (const application of after) {
    const name = applicationName(application);
    const earlier = known.get(name) ?? {};
    const fresh = Object.entries(eventTimes(application)).filter(
      ([event, time]) => time > (own(earlier, event) ?? ''),
    );
    // An event that began before the switch and went on after it counts by its later part.
    if (fresh.every(([, time]) => time <= since))
      missed.push(...fresh.map(([event]) => `${name} (${event})`));
    const first = fresh
      .map(([, time]) => time)
      .filter((time) => time > since)
      .sort()[0];
    if (first !== undefined && wasNotifiedSince(application, new Date(first), recipients)) twice.push(name);
  }
  return { twice, missed };
}

/** Whether the former configuration has sent any notification since that time. */
function wasNotifiedSince(
  application: TimedApplication,
  time: Date,
  recipients: readonly EntryRecipient[],
): boolean {
  const former = recipients.filter(({ events }) => events !== undefined);
  return sentNotes(application).some(
    (note) =>
      note.at >= time &&
      former.some(({ triggers, service }) => service === note.service && triggers.includes(note.trigger)),
  );
}
