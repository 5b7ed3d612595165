import { type Command, Option } from 'commander';
import { type ExplainOptions, explainResource } from '../tools/explain/explain.ts';
import type { ProcessIO } from '../tools/process-io.ts';
import { configurationOptions, kubeconfigOption } from './options.ts';

/** `argocd-dingtalk explain`: where a message stops on its way, according to the present state of a cluster. */
export function explainCommand(command: Command, io: ProcessIO): void {
  configurationOptions(
    command.usage('[subscription|robot|template] <namespace/name> [options]'),
    'target and grants',
  )
    .option('--app <namespace/name>', 'the Application to explain (default: all that you may list)')
    .option('--event <name>', 'only this event: its name or, if it has no name, its trigger')
    .addOption(kubeconfigOption())
    .addOption(
      new Option('-o, --output <format>', 'how to print the explanation')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addHelpText('after', HELP)
    .action((resource: string[], options: ExplainOptions) => explainResource(resource, options, io));
}

const HELP = `
A message goes this way, and the output has a verdict for each step:
  the resource, which the operator accepts and merges;
  its robots, with their credentials, the signature and DingTalk's last answer;
  the keys of each event in Argo CD's ConfigMap, and the event's entry in subscriptions;
  the ConfigMap as a whole, which Argo CD's engine loads or refuses.
For an Application, the output answers the following questions. May the namespace be notified about the Application? Does the
Application meet the criteria? Is the condition true? Did the event happen after the start of the subscription, and recently
enough? Has Argo CD sent the notification already?

With --app the answer is about that Application. Without it, the output lists the Applications that the subscription is about,
and the nearest of the others with the reason that excludes them. Argo CD's own engine evaluates the live conditions.

The command reads with your own rights and changes nothing. You need the right to list the custom resources of the namespace. A
full answer also needs the rights to get Argo CD's ConfigMap and Secret, argocd-cm, the operator's Lease and the robots'
Secrets, and to get or list Applications. With a relay, it needs the rights to list RelayRoutes and Deployments in Argo CD's
namespace, too: an HTTP_PROXY of Argo CD's controller would take its requests elsewhere. Every missing right is named on
standard error, and the steps that need it are unknown; the command never guesses. It never prints a URL, token or secret.

The operator publishes its configuration for everybody, except for the grants, which only admins may read. Without them, the
output relies on the status that the operator has written, and marks as unknown the conclusions that depend on a grant. If
nothing is published, the default configuration counts, and the output says so.

Exit codes: 0 nothing is in the way, 1 something is in the way, or the subscription is not about the Application, 2 the command
was called wrongly or could not read its input.

Examples:
  argocd-dingtalk explain team-payments/payments
  argocd-dingtalk explain team-payments/payments --app argocd/checkout --event on-sync-failed
  argocd-dingtalk explain robot team-payments/payments
  argocd-dingtalk explain team-payments/payments -o json | jq '.sections[].steps[] | select(.verdict != "ok")'`;
