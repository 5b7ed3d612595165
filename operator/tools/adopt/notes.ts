import { formatNoteKey, sentNotes } from '../../argocd/notes.ts';
import { own } from '../../lib/own.ts';
import { type FormerDelivery, isTaken } from './deliveries.ts';
import { applicationName, eventTimes, type TimedApplication } from './event-times.ts';
import { covers } from './scope.ts';

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
  deliveries: readonly FormerDelivery[],
): string[] {
  const notes = new Set(sentNotes(application).map(formatNoteKey));
  const found = deliveries.flatMap((delivery) => {
    const { trigger, recipient, service, scope } = delivery;
    if (!isTaken(delivery) || !covers(scope, application)) return [];
    return trueConditions.flatMap(({ trigger: name, key, oncePer }) => {
      if (trigger !== name) return [];
      const note = formatNoteKey({ oncePer, trigger, condition: key, service, recipient });
      return notes.has(note) ? [] : [`${trigger} to ${service}`];
    });
  });
  return [...new Set(found)];
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
  deliveries: readonly FormerDelivery[],
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
    if (first !== undefined && wasNotifiedSince(application, new Date(first), deliveries)) twice.push(name);
  }
  return { twice, missed };
}

/** Whether the former configuration has sent any notification since that time. */
function wasNotifiedSince(
  application: TimedApplication,
  time: Date,
  deliveries: readonly FormerDelivery[],
): boolean {
  const former = deliveries.filter(isTaken);
  return sentNotes(application).some(
    (note) =>
      note.at >= time &&
      former.some(({ trigger, service }) => service === note.service && trigger === note.trigger),
  );
}
