import { foreignEntries } from './subscriptions-block/subscriptions-block.ts';
import { yamlStruct, yamlTexts } from './yaml-value.ts';

/** All fields of an entry: https://github.com/argoproj/notifications-engine/blob/master/pkg/subscriptions/subscriptions.go */
export const ENTRY_FIELDS = ['recipients', 'triggers', 'selector'] as const;

/** One foreign entry of `subscriptions`. */
export interface ForeignEntry {
  /** Its place among the foreign entries, from 0. */
  readonly index: number;
  /** `service` or `service:recipient`. */
  readonly recipients: readonly string[];
  /** Empty: the default triggers. */
  readonly triggers: readonly string[];
  /** In kubectl's syntax; absent for all Applications. */
  readonly selector?: string;
}

/** The foreign entries of the shared key. */
export function readForeignEntries(text: string | undefined): ForeignEntry[] {
  return foreignEntries(text).map((value, index) => {
    const { recipients, triggers, selector } = yamlStruct(value, ENTRY_FIELDS).fields;
    return {
      index,
      recipients: yamlTexts(recipients),
      triggers: yamlTexts(triggers),
      ...(typeof selector === 'string' && selector.trim() !== '' && { selector }),
    };
  });
}

/** A recipient of an entry: the service, and the text after it, which is usually empty. */
export function readRecipient(text: string): { readonly service: string; readonly recipient: string } {
  const [service = '', recipient = ''] = text.split(':');
  return { service, recipient };
}
