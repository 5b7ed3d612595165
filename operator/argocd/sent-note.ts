import { exprString } from './expr.ts';
import { NOTIFIED, readNotes } from './notes.ts';

const NOTES = `app.metadata?.annotations?.['${NOTIFIED}']`;

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

/** One send that Argo CD has noted. */
export interface SentNote {
  /** The value of the trigger's `oncePer`; empty if it has none. */
  readonly oncePer: string;
  readonly trigger: string;
  /** Place and hash of the condition, as the engine's `evaluate` has it. */
  readonly condition: string;
  readonly service: string;
  readonly at: Date;
}

/** What Argo CD notes of its sends for an Application, as far as it went to services without a recipient, as ours are. */
export function sentNotes(app: { readonly metadata?: unknown }): SentNote[] {
  const { annotations } = (app.metadata ?? {}) as { readonly annotations?: Readonly<Record<string, string>> };
  return readNotes(annotations).flatMap(([key, seconds]) => {
    // A value of oncePer may hold colons, as times do.
    const match = /^(?:(.*):)?([^:]+):(\[\d+\]\.[^:]+):([^:]+):$/s.exec(key);
    if (!match || typeof seconds !== 'number') return [];
    const [, oncePer = '', trigger = '', condition = '', service = ''] = match;
    return [{ oncePer, trigger, condition, service, at: new Date(seconds * 1_000) }];
  });
}
