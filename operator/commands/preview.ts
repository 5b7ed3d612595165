import { type Command, Option } from 'commander';
import { type PreviewOptions, preview } from '../tools/preview/preview.ts';
import type { ProcessIO } from '../tools/process-io.ts';
import { FILES_HELP, filesOptions } from './options.ts';

/** `argocd-dingtalk preview`: the messages that DingTalk would receive, without a cluster. */
export function previewCommand(command: Command, io: ProcessIO): void {
  filesOptions(command)
    .option(
      '--app <file>',
      'a file with the Application for the messages, or - for standard input (default: a sample that fits each event)',
    )
    .option(
      '--gitee <file>',
      'a file with the body of a Gitee webhook, or - for standard input: only messages about this event',
    )
    .option('--event <name>', 'only this event: its name or, if it has no name, its trigger')
    .option('--subscription <namespace/name>', 'only this subscription')
    .option('--robot <namespace/name>', 'only messages to this robot')
    .addOption(
      new Option('-o, --output <format>', 'how to print messages').choices(['text', 'json']).default('text'),
    )
    .addHelpText('after', HELP)
    .action((options: PreviewOptions) => preview(options, io));
}

const HELP = `
Argo CD's own engine makes each body, for each subscription, event and robot. With --app the output also says whether the
event's condition is true for that Application now, and the reason if it is not; the message is shown in any case. The file of --app is the
output of kubectl get applications.argoproj.io NAME -o yaml. The values of commit are samples, for robots that get them. The file of
--gitee is the body of a request, as the page of the hook in Gitee shows it; the output says whether the subscription wants the event.
Refused resources are named on standard error, as by lint.
${FILES_HELP}

Exit codes: 0 all is well, 1 something is refused or a message could not be sent, 2 the command was called wrongly or
could not read its input.

Examples:
  argocd-dingtalk preview -f samples/quickstart --config samples/config.yaml
  argocd-dingtalk preview -f deploy --event on-sync-failed --robot team-payments/payments
  argocd-dingtalk preview -f deploy --app application.yaml -o json | jq '.[].body'
  argocd-dingtalk preview -f deploy --config config.yaml --gitee push.json
  helm template deploy | argocd-dingtalk preview -f -`;
