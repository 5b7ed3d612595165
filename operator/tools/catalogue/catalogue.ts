/**
 * `catalogue`: the triggers that an event can name, and their default messages.
 *
 * message/catalogue/ has the triggers; text.ts lays them out.
 */

import { CATALOGUE } from '../../message/catalogue/catalogue.ts';
import { defaultMessage } from '../../message/catalogue/default-message.ts';
import type { Locale } from '../../message/catalogue/locale.ts';
import type { TriggerName } from '../../message/catalogue/trigger.ts';
import type { ProcessIO } from '../process-io.ts';
import { AGE_RULE, type CatalogueEntry, catalogueEntry, entryText, triggerText } from './text.ts';

/** All options of `argocd-dingtalk catalogue`. */
export interface CatalogueOptions {
  readonly locale: Locale;
  /** Only this trigger, with its message; absent: all triggers. */
  readonly trigger?: TriggerName;
  readonly output: 'text' | 'json';
}

/** Prints the triggers. */
export function catalogue(options: CatalogueOptions, { stdout }: ProcessIO): void {
  stdout.write(options.output === 'json' ? asJson(options) : asText(options));
}

function entries({ locale, trigger }: CatalogueOptions): CatalogueEntry[] {
  return CATALOGUE.filter(({ name }) => trigger === undefined || name === trigger).map((each) =>
    catalogueEntry(each, locale),
  );
}

function asText(options: CatalogueOptions): string {
  const { locale, trigger } = options;
  if (trigger !== undefined)
    return entries(options)
      .map((each) => triggerText(each, locale))
      .join('');
  return `${entries(options)
    .map((each) => entryText(each, locale))
    .join('\n')}\n${AGE_RULE[locale]}\n`;
}

/** Always a list; it has the message if one trigger was asked for. */
function asJson(options: CatalogueOptions): string {
  const { locale, trigger } = options;
  const list = entries(options).map((each) => ({
    ...each,
    ...(trigger !== undefined && { message: { markdown: defaultMessage(trigger, locale) } }),
  }));
  return `${JSON.stringify(list, null, 2)}\n`;
}
