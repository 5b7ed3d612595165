import { foreignEntries } from './subscriptions-block/subscriptions-block.ts';

/** All fields of an entry: https://github.com/argoproj/notifications-engine/blob/master/pkg/subscriptions/subscriptions.go */
export const ENTRY_FIELDS = ['recipients', 'triggers', 'selector'] as const;

/** The fields of a foreign entry of `subscriptions`, by their names. */
export interface EntryFields {
  /** Its place among the foreign entries, from 0. */
  readonly index: number;
  readonly known: readonly string[];
  /** The fields that Argo CD does not read. */
  readonly stray: readonly string[];
}

/** The fields of each foreign entry. Anchors of YAML may have any field. */
export function readEntryFields(text: string | undefined): EntryFields[] {
  return foreignEntries(text).map((entry, index) => {
    const names = entry instanceof Map ? [...entry.keys()].map(String) : [];
    const isKnown = (name: string): boolean => ENTRY_FIELDS.some((each) => each === name);
    return { index, known: names.filter(isKnown), stray: names.filter((name) => !isKnown(name)) };
  });
}
