import { type Command, Option } from 'commander';
import { type ExplainOptions, explainResource } from '../tools/explain/explain.ts';
import type { ProcessIO } from '../tools/process-io.ts';
import { kubeconfigOption } from './options.ts';

/** `argocd-dingtalk explain`: where a message stops on its way, by what a cluster has now. */
export function explainCommand(command: Command, io: ProcessIO): void {
  command
    .usage('[subscription|robot|template] <namespace/name> [options]')
    .option('--app <namespace/name>', 'the Application to ask about (default: all that you may list)')
    .option('--event <name>', 'only this event, by its name or else its trigger')
    .addOption(kubeconfigOption())
    .option(
      '--config <file>',
      "the operator's configuration file, for its target and grants (default: its defaults)",
    )
    .addOption(
      new Option('-o, --output <format>', 'how to print the explanation')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addHelpText('after', HELP)
    .action((what: string[], options: ExplainOptions) => explainResource(what, options, io));
}

const HELP = `
A message goes this way, and each step is told with its verdict: the resource, which the operator accepts and merges; its
robots, with credentials, a signature that is valid, and what DingTalk last answered; the keys of each event in Argo CD's
ConfigMap and its entry in subscriptions; the ConfigMap as a whole, which Argo CD's engine loads or refuses. Then, for an
Application: may the namespace hear of it, do the criteria fit, is the condition true, did it happen since the subscription
began and not too long ago, and has Argo CD sent it already.

With --app the answer is about that Application. Without it, those that fit are listed, and of those that don't the nearest,
with what excludes them. Argo CD's own engine evaluates the conditions that are live.

It reads with your own rights and changes nothing. You need the right to list the custom resources of the namespace; for
a full answer also to get Argo CD's ConfigMap and Secret, argocd-cm, the operator's Lease and the robots' Secrets, and to
get or list Applications. What can't be read is told on standard error and as unknown, and not guessed. No URL, token or
secret is ever printed. Grants come from the operator's configuration: give it as --config.

Exit codes: 0 nothing is in the way, 1 something is, or the subscription is not about the application, 2 the command was
called wrongly or could not read its input.

Examples:
  argocd-dingtalk explain team-payments/payments --config samples/config.yaml
  argocd-dingtalk explain team-payments/payments --app argocd/checkout --event on-sync-failed
  argocd-dingtalk explain robot team-payments/payments
  argocd-dingtalk explain team-payments/payments -o json | jq '.sections[].steps[] | select(.verdict != "ok")'`;
