import { type Command, Option } from 'commander';
import { CATALOGUE } from '../message/catalogue/catalogue.ts';
import { LOCALES } from '../message/catalogue/locale.ts';
import { type CatalogueOptions, catalogue } from '../tools/catalogue/catalogue.ts';
import type { ProcessIO } from '../tools/process-io.ts';

/** `argocd-dingtalk catalogue`: the triggers that an event can name, and what is said about them. */
export function catalogueCommand(command: Command, io: ProcessIO): void {
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
    .action((options: CatalogueOptions) => catalogue(options, io));
}
