import type { EntryFields } from '../../argocd/entry-fields.ts';
import { ENTRY_FIELDS, type ForeignEntry, readRecipient } from '../../argocd/foreign-entries.ts';
import { SUBSCRIPTIONS_KEY, triggerKey } from '../../argocd/names.ts';
import { closest } from '../../lib/closest.ts';
import { own } from '../../lib/own.ts';
import type { ForeignConfig } from './foreign-config.ts';

/** Fields of other tools and of the annotations, and what an entry has for them. */
const MEANT: Readonly<Record<string, (typeof ENTRY_FIELDS)[number]>> = {
  recipient: 'recipients',
  destinations: 'recipients',
  destination: 'recipients',
  services: 'recipients',
  service: 'recipients',
  to: 'recipients',
  trigger: 'triggers',
  events: 'triggers',
  event: 'triggers',
  labels: 'selector',
  labelSelector: 'selector',
  matchLabels: 'selector',
};

/** The fields of an entry that Argo CD does not read. */
export function strayFields({ index, known, stray }: EntryFields): string[] {
  return stray.map((field) => `${entryName(index)}: ${strayField(field, known)}`);
}

const entryName = (index: number): string => `${SUBSCRIPTIONS_KEY}, entry ${index + 1}`;

function strayField(field: string, known: readonly string[]): string {
  const guess = closest(field, ENTRY_FIELDS);
  const meant = own(MEANT, field) ?? ENTRY_FIELDS.find((each) => each === guess);
  const start = `Argo CD does not read the field ${field}`;
  if (meant === undefined)
    return `${start}. An entry has recipients, triggers and selector, and selects Applications by labels only.`;
  return `${start}, and ${effectOf(meant, known.includes(meant))}. Did you mean ${meant}?`;
}

/** What Argo CD does without the field that was meant, or with another one of that name. */
function effectOf(meant: (typeof ENTRY_FIELDS)[number], isThere: boolean): string {
  switch (meant) {
    case 'recipients':
      return isThere ? 'sends only to recipients' : 'sends to nobody for this entry';
    case 'triggers':
      return isThere ? 'sends only for triggers' : 'sends only for the default triggers';
    case 'selector':
      return isThere ? 'selects by selector only' : 'sends about all Applications';
  }
}

/** The recipients and triggers of an entry that do not exist. */
export function entryMistakes(
  { index, recipients, triggers }: ForeignEntry,
  config: ForeignConfig,
): string[] {
  const found = [
    ...recipients.flatMap((each) => recipientMistakes(each, config)),
    ...missingTriggers(triggers, config),
  ];
  return found.map((text) => `${entryName(index)}: ${text}`);
}

/** Slack and others have channels after a colon, which robots have not. */
function recipientMistakes(text: string, { serviceKeys }: ForeignConfig): string[] {
  const { service, recipient } = readRecipient(text);
  if (serviceKeys.has(service)) return [];
  const guess = serviceKeys.has(recipient) ? recipient : closest(service, [...serviceKeys.keys()]);
  return [
    `there is no service ${service}, so Argo CD sends nothing to the recipient ${text}.${didYouMean(guess)}`,
  ];
}

/** The triggers among these names that do not exist. */
export function missingTriggers(names: readonly string[], { triggers }: ForeignConfig): string[] {
  return names
    .filter((name) => !triggers.has(name))
    .map(
      (name) =>
        `there is no ${triggerKey(name)}, so Argo CD sends nothing for it.${didYouMean(closest(name, [...triggers.keys()]))}`,
    );
}

/** A guess as a question, behind a sentence. */
export const didYouMean = (guess: string | undefined): string =>
  guess === undefined ? '' : ` Did you mean ${guess}?`;
