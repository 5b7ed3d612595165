import { type Command, Option } from 'commander';
import { OPERATOR_LEASE } from '../cluster/running-operator.ts';
import { adopt } from '../tools/adopt/adopt.ts';
import type { AdoptOptions } from '../tools/adopt/options.ts';
import type { ProcessIO } from '../tools/process-io.ts';
import { kubeconfigOption } from './options.ts';

/** `argocd-dingtalk adopt`: the custom resources that say what an existing configuration says to DingTalk. */
export function adoptCommand(command: Command, io: ProcessIO): void {
  command
    .option(
      '-f, --file <path...>',
      'read the ConfigMap, and the Secret if it is there, from files instead of the cluster',
    )
    .option('--config <file>', "the operator's configuration file (default: its defaults)")
    .addOption(kubeconfigOption())
    .option('-n, --namespace <name>', "of the custom resources, a trusted one (default: the target's)")
    .option('--redact', 'print placeholders instead of credentials')
    .option('--output-dir <dir>', 'write files into this folder instead of standard output')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['yaml', 'json']).default('yaml'))
    .option('--take-over', 'switch to the custom resources, which are applied already: see below')
    .option('--wait <seconds>', 'with --take-over: how long to wait for a quiet moment', '60')
    .option(
      '--accept-differences',
      'with --take-over: go on although some Applications are told of again, or no more',
    )
    .option('--force', 'with --take-over: go on where the right to see whether an operator runs is missing')
    .addHelpText('after', HELP)
    .action((options: AdoptOptions) => adopt(options, io));
}

const HELP = `
Every webhook service whose URL is one of a DingTalk robot becomes a Secret and a DingTalkRobot, each template that is sent
to it a NotificationTemplate with the same body, and each entry of subscriptions a NotificationSubscription. Triggers that say
what one of the catalogue says become that one; others keep their conditions. All else stays with Argo CD: Slack and other
services, what they use too, context, and what can't be expressed, for which the reason is given. Nothing is changed.

What is printed holds the robots' tokens, in the Secrets: keep them out of Git, or print them with --redact.

Moving in, without a message lost or told twice:
  1. Stop the operator, if it runs already: with it, everything would be told twice from step 3 to step 4.
  2. argocd-dingtalk adopt --output-dir moved-in       # and read what it says; add signing secrets, if you like
  3. kubectl apply -f moved-in
  4. argocd-dingtalk adopt --take-over
  5. Start the operator. It finds all in place.

--take-over writes the operator's keys, which nobody uses yet; waits for a moment in which the former configuration has told
of everything, and nothing has happened for two seconds; and then, in one write, subscribes them and removes what they
take the place of. Later events are told by the new configuration, earlier ones were told by the former one. A few seconds
later it looks whether anything happened in the very moment of the switch, and names it. It refuses while the Lease
${OPERATOR_LEASE} is held, and while a resource is missing or refused. Keys of the Secret stay; those that are not needed any
more are named.

What is printed says in an annotation, argocd-dingtalk.io/adopted-from, what it takes the place of. Leave that until the switch; by
it, what is applied is known again, and is not printed a second time.

You need the right to get the ConfigMap and the Secret, and to list Applications and AppProjects, which may subscribe by
annotation; for --take-over also to patch the two objects, to get the Lease, to list the custom resources, and to get the
robots' Secrets.

Exit codes: 0 all of DingTalk's is carried over, or there is nothing of it; 1 something is not, or the switch was refused;
2 the command was called wrongly or could not read its input.

Examples:
  argocd-dingtalk adopt --redact
  argocd-dingtalk adopt -f argocd-notifications-cm.yaml -f argocd-notifications-secret.yaml --output-dir moved-in
  argocd-dingtalk adopt --take-over --config samples/config.yaml`;
