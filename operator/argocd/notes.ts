import { exprString } from './expr.ts';
import { isNotedAfter } from './moment.ts';

/**
 * The annotation in which Argo CD notes its sends about an Application: a JSON object of Unix times by keys.
 *
 * Form: https://github.com/argoproj/notifications-engine/blob/master/pkg/controller/state.go (`StateItemKey`, `NewState`)
 */
export const NOTIFIED = 'notified.notifications.argoproj.io';

/** The subject of a note. */
export interface NoteKey {
  /** The value of the trigger's `oncePer`; empty if it has none. */
  readonly oncePer: string;
  readonly trigger: string;
  /** Place and hash of the condition, as the engine's `evaluate` has it: `[0].9XJ…`. */
  readonly condition: string;
  readonly service: string;
  /** The text after the service in `service:recipient`; empty for a webhook. */
  readonly recipient: string;
}

/** One send that Argo CD has noted. */
export interface SentNote extends NoteKey {
  /** In whole seconds. */
  readonly at: Date;
}

/** A note's key without `oncePer`, whose value precedes it if there is one. */
const keyText = ({ trigger, condition, service, recipient }: Omit<NoteKey, 'oncePer'>): string =>
  `${trigger}:${condition}:${service}:${recipient}`;

/** A value of oncePer may hold colons, as times do; names of triggers and services hold none. */
const KEY = new RegExp(
  `^(?:(.*):)?${keyText({ trigger: '([^:]+)', condition: '(\\[\\d+\\]\\.[^:]*)', service: '([^:]+)', recipient: '([^:]*)' })}$`,
  's',
);

/** The key of a note. */
export function formatNoteKey(key: NoteKey): string {
  return key.oncePer === '' ? keyText(key) : `${key.oncePer}:${keyText(key)}`;
}

/** Undoes it; undefined for a key of another form. */
export function readNoteKey(key: string): NoteKey | undefined {
  const match = KEY.exec(key);
  if (!match) return undefined;
  const [, oncePer = '', trigger = '', condition = '', service = '', recipient = ''] = match;
  return { oncePer, trigger, condition, service, recipient };
}

/** Argo CD's notes of its sends for an Application, as far as they can be read. */
export function sentNotes({ metadata }: { readonly metadata?: unknown }): SentNote[] {
  const { annotations } = (metadata ?? {}) as { readonly annotations?: Readonly<Record<string, string>> };
  return readState(annotations?.[NOTIFIED]).flatMap(([key, seconds]) => {
    const [parts, at] = [readNoteKey(key), new Date(seconds * 1_000)];
    return parts && !Number.isNaN(at.getTime()) ? [{ ...parts, at }] : [];
  });
}

/** An Application with these notes, Unix times by {@link formatNoteKey}, in place of its own. */
export function withNotes(
  app: Readonly<Record<string, unknown>>,
  notes: Readonly<Record<string, number>>,
): Readonly<Record<string, unknown>> {
  const { metadata } = app as { readonly metadata?: { readonly annotations?: object | null } };
  const { [NOTIFIED]: _, ...others } = { ...metadata?.annotations } as Readonly<Record<string, unknown>>;
  const annotations =
    Object.keys(notes).length === 0 ? others : { ...others, [NOTIFIED]: JSON.stringify(notes) };
  return { ...app, metadata: { ...metadata, annotations } };
}

/** Reads the notes as Argo CD does, which starts with no notes if one of the values is not a whole number. */
function readState(text: string | undefined): [string, number][] {
  let state: unknown;
  try {
    state = JSON.parse(text ?? '{}');
  } catch {
    return [];
  }
  if (typeof state !== 'object' || state === null || Array.isArray(state)) return [];
  const entries = Object.entries(state);
  return entries.every((entry): entry is [string, number] => Number.isInteger(entry[1])) ? entries : [];
}

const NOTES = `app.metadata?.annotations?.['${NOTIFIED}']`;

/**
 * expr-lang condition: Argo CD notes that one of these triggers was sent to one of these services, later than `since`.
 * It removes a note as soon as the trigger's condition is false, but only while trigger, condition and service are unchanged:
 * notes of former ones stay. This is why services and moment are part of the condition.
 * @param triggers names of triggers with a single condition and without `oncePer`
 * @param services of the type webhook, which have no recipients
 * @param since RFC 3339
 */
export function sentExpression(
  triggers: readonly string[],
  services: readonly string[],
  since: string,
): string {
  const key = keyText({
    trigger: `(${triggers.join('|')})`,
    condition: '[[]0[]][.][^:]+',
    service: `(${services.join('|')})`,
    recipient: '',
  });
  return `any(toPairs(fromJSON(${NOTES} ?? '{}')), #[0] matches ${exprString(`^${key}$`)} and ${isNotedAfter(since)})`;
}
