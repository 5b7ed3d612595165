/**
 * `catalogue`: the triggers that an event can name, and their default messages.
 *
 * message/catalogue/ has the triggers; text.ts lays them out.
 */

import type { GiteeTrigger } from '../../gitee/events.ts';
import { CATALOGUE } from '../../message/catalogue/catalogue.ts';
import { defaultMessage } from '../../message/catalogue/default-message.ts';
import { GITEE_TRIGGERS } from '../../message/catalogue/gitee-descriptions.ts';
import type { Locale } from '../../message/catalogue/locale.ts';
import type { TriggerName } from '../../message/catalogue/trigger.ts';
import type { ProcessIO } from '../process-io.ts';
import {
  AGE_RULE,
  type CatalogueEntry,
  catalogueEntry,
  entryText,
  type GiteeEntry,
  giteeEntry,
  giteeEntryText,
  triggerText,
} from './text.ts';

/** All options of `argocd-dingtalk catalogue`. */
export interface CatalogueOptions {
  readonly locale: Locale;
  /** Only this trigger, with its message; absent: all triggers. */
  readonly trigger?: TriggerName | GiteeTrigger;
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

function giteeEntries({ locale, trigger }: CatalogueOptions): GiteeEntry[] {
  return GITEE_TRIGGERS.filter((name) => trigger === undefined || name === trigger).map((name) =>
    giteeEntry(name, locale),
  );
}

function asText(options: CatalogueOptions): string {
  const { locale, trigger } = options;
  const applications = entries(options).map((each) => ({ name: each.name, text: entryText(each, locale) }));
  const gitee = giteeEntries(options).map((each) => ({ name: each.name, text: giteeEntryText(each) }));
  if (trigger !== undefined)
    return [...applications, ...gitee].map(({ name, text }) => triggerText(name, text, locale)).join('');
  const [ours, theirs] = [applications, gitee].map((all) => all.map(({ text }) => text).join('\n'));
  return `${ours}\n${AGE_RULE[locale]}\n\n${theirs}`;
}

/** Always a list; it has the message if one trigger was asked for. */
function asJson(options: CatalogueOptions): string {
  const { locale, trigger } = options;
  const list = [...entries(options), ...giteeEntries(options)].map((each) => ({
    ...each,
    ...(trigger !== undefined && { message: { markdown: defaultMessage(trigger, locale) } }),
  }));
  return `${JSON.stringify(list, null, 2)}\n`;
}
