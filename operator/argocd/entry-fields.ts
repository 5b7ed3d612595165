import { ENTRY_FIELDS } from './foreign-entries.ts';
import { foreignEntries } from './subscriptions-block/subscriptions-block.ts';
import { yamlStruct } from './yaml-value.ts';

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
    const { fields, others } = yamlStruct(entry, ENTRY_FIELDS);
    return { index, known: Object.keys(fields), stray: others };
  });
}
