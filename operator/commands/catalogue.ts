import { type Command, Option } from 'commander';
import { CATALOGUE } from '../message/catalogue/catalogue.ts';
import { GITEE_TRIGGERS } from '../message/catalogue/gitee-descriptions.ts';
import { LOCALES } from '../message/catalogue/locale.ts';
import { type CatalogueOptions, catalogue } from '../tools/catalogue/catalogue.ts';
import type { ProcessIO } from '../tools/process-io.ts';

/** `argocd-dingtalk catalogue`: the triggers that an event can name, and their default messages. */
export function catalogueCommand(command: Command, io: ProcessIO): void {
  command
    .addOption(new Option('--locale <locale>', 'language').choices(LOCALES).default('en'))
    .addOption(
      new Option('--trigger <name>', 'only this trigger, with its default message').choices([
        ...CATALOGUE.map(({ name }) => name),
        ...GITEE_TRIGGERS,
      ]),
    )
    .addOption(
      new Option('-o, --output <format>', 'how to print the triggers')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addHelpText(
      'after',
      `
With --trigger, the output is the manifest of a NotificationTemplate with the trigger's default message, as a starting point.

Exit codes: 0 done, 2 the command was called wrongly.

Examples:
  argocd-dingtalk catalogue
  argocd-dingtalk catalogue --trigger on-sync-failed --locale zh-CN > template.yaml`,
    )
    .action((options: CatalogueOptions) => catalogue(options, io));
}
