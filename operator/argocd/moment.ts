/**
 * The moment from which on the events of a trigger count, as its condition carries it: RFC 3339 in UTC and whole seconds, as a
 * text to compare times of events with, and as Unix time to compare notes of sends with.
 */

/** The moment as a text of expr-lang. */
export const momentLiteral = (moment: string): string => `'${moment}'`;

/**
 * For so long after a trigger has changed, Argo CD may still send by its former text, in seconds. What is noted of that
 * is never removed from the notes, so it must not count.
 */
const GRACE_SECONDS = 10;

/** Condition on a pair of a note's key and its Unix time: it was sent after the moment, by the trigger's present text. */
export const isNotedAfter = (moment: string): string => `#[1] > ${Date.parse(moment) / 1000 + GRACE_SECONDS}`;

const LITERAL = /'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)'/g;
const NOTED_AFTER = /#\[1\] > \d+/g;

/** All that could be the moment in a condition, in its order: conditions of somebody's own may name other times. */
export function momentsIn(condition: string): string[] {
  return [...condition.matchAll(LITERAL)].map(([, moment = '']) => moment);
}

/** A trigger's value or condition without its moment and other times, to compare it by what else is in it. */
export function withoutMoments(text: string): string {
  return text.replace(LITERAL, '').replace(NOTED_AFTER, '');
}
