import { exprString } from '../expr.ts';

/** Where Argo CD notes what it has sent about an Application: a JSON object of texts and Unix times. */
const NOTES = `app.metadata?.annotations?.['notified.notifications.argoproj.io']`;

/**
 * For so long after a trigger has changed, Argo CD may still send by its former text, in seconds. What is noted of that
 * is never removed from the notes, so it must not count.
 */
const GRACE_SECONDS = 10;

/**
 * expr-lang condition: Argo CD notes that one of these triggers was sent to one of these services, later than `since`.
 * It removes a note as soon as the trigger's condition is false, but only while trigger, condition and service are what
 * they were: notes of former ones stay. Hence the services and the moment.
 *
 * Form of a note: https://github.com/argoproj/notifications-engine/blob/master/pkg/controller/state.go (`StateItemKey`;
 * a webhook's recipient is empty).
 * @param triggers names of triggers with a single condition and without `oncePer`
 * @param since RFC 3339
 */
export function sentExpression(
  triggers: readonly string[],
  services: readonly string[],
  since: string,
): string {
  const note = exprString(`^(${triggers.join('|')}):[[]0[]][.][^:]+:(${services.join('|')}):$`);
  const after = Date.parse(since) / 1000 + GRACE_SECONDS;
  return `any(toPairs(fromJSON(${NOTES} ?? '{}')), #[0] matches ${note} and #[1] > ${after})`;
}
