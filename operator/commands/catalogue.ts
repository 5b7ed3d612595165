import { type Command, Option } from 'commander';
import type { ProcessIO } from '../lib/process-io.ts';
import { defaultMessage } from '../message/catalogue/default-message.ts';
import { LOCALES, type Locale } from '../message/catalogue/locale.ts';
import type { TriggerName } from '../message/catalogue/trigger.ts';
import { CATALOGUE } from '../message/catalogue/triggers.ts';
import { AGE_RULE, type CatalogueEntry, catalogueEntry, entryText, triggerText } from './catalogue-text.ts';

interface CatalogueOptions {
  readonly locale: Locale;
  readonly trigger?: TriggerName;
  readonly output: 'text' | 'json';
}

/** `argocd-dingtalk catalogue`: the triggers that an event can name, and what is said about them. */
export function catalogueCommand(command: Command, { stdout }: ProcessIO): void {
  command
    .addOption(new Option('--locale <locale>', 'language').choices(LOCALES).default('en'))
    .addOption(
      new Option('--trigger <name>', 'this trigger alone, with its message').choices(
        CATALOGUE.map(({ name }) => name),
      ),
    )
    .addOption(
      new Option('-o, --output <format>', 'how to print them').choices(['text', 'json']).default('text'),
    )
    .addHelpText(
      'after',
      `
With --trigger, the text is the manifest of a NotificationTemplate that says what is said by default, to start from.

Exit codes: 0 done, 2 called wrongly.

Examples:
  argocd-dingtalk catalogue
  argocd-dingtalk catalogue --trigger on-sync-failed --locale zh-CN > template.yaml`,
    )
    .action((options: CatalogueOptions) => {
      stdout.write(options.output === 'json' ? json(options) : text(options));
    });
}

function entries({ locale, trigger }: CatalogueOptions): CatalogueEntry[] {
  return CATALOGUE.filter(({ name }) => trigger === undefined || name === trigger).map((each) =>
    catalogueEntry(each, locale),
  );
}

function text(options: CatalogueOptions): string {
  const { locale, trigger } = options;
  if (trigger !== undefined)
    return entries(options)
      .map((each) => triggerText(each, locale))
      .join('');
  return `${entries(options)
    .map((each) => entryText(each, locale))
    .join('\n')}\n${AGE_RULE[locale]}\n`;
}

/** A list in any case; the message is there where one trigger was asked for. */
function json(options: CatalogueOptions): string {
  const { locale, trigger } = options;
  const list = entries(options).map((each) => ({
    ...each,
    ...(trigger !== undefined && { message: { markdown: defaultMessage(trigger, locale) } }),
  }));
  return `${JSON.stringify(list, null, 2)}\n`;
}
