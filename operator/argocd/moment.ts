/**
 * The moment from which the events of a trigger count, as its condition contains it: in RFC 3339, UTC and whole seconds, for
 * comparison with times of events, and as Unix time, for comparison with notes of sends.
 */

/** The moment as a text of expr-lang. */
export const momentLiteral = (moment: string): string => `'${moment}'`;

/**
 * The time in seconds after a change of a trigger in which Argo CD may still send by its former text. Argo CD never removes its
 * notes of such sends, so they must not count.
 */
const GRACE_SECONDS = 10;

/** Condition on a pair of a note's key and its Unix time: it was sent after the moment, by the trigger's present text. */
export const isNotedAfter = (moment: string): string => `#[1] > ${Date.parse(moment) / 1000 + GRACE_SECONDS}`;

const LITERAL = /'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)'/g;
const NOTED_AFTER = /#\[1\] > \d+/g;

/** All candidates for the moment in a condition, in their order: custom conditions may contain other times. */
export function momentsIn(condition: string): string[] {
  return [...condition.matchAll(LITERAL)].map(([, moment = '']) => moment);
}

/** The moment of a trigger's value or condition where the age of the event is compared next: own conditions may contain other times. */
const SINCE = /(?<=> ')\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ(?=' and time\.Now\(\)\.Sub\()/g;

/** The moment from which the events of a trigger's value or condition count; undefined if the event has no time. */
export function sinceIn(text: string): string | undefined {
  return text.match(SINCE)?.[0];
}

/** A trigger's value or condition, counting from another moment. */
export function countingFrom(text: string, moment: string): string {
  return text.replace(SINCE, moment).replace(NOTED_AFTER, isNotedAfter(moment));
}

/** A trigger's value or condition without its moment and other times, for comparison of the rest. */
export function withoutMoments(text: string): string {
  return text.replace(LITERAL, '').replace(NOTED_AFTER, '');
}
