import { type Command, Option } from 'commander';
import { OPERATOR_LEASE } from '../cluster/running-operator.ts';
import { adopt } from '../tools/adopt/adopt.ts';
import type { AdoptOptions } from '../tools/adopt/options.ts';
import type { ProcessIO } from '../tools/process-io.ts';
import { configurationOptions, kubeconfigOption } from './options.ts';

/** `argocd-dingtalk adopt`: custom resources that replace Argo CD's own DingTalk configuration. */
export function adoptCommand(command: Command, io: ProcessIO): void {
  configurationOptions(command, 'target and grants')
    .option(
      '-f, --file <path...>',
      'read the configuration from these files or folders, or from - (standard input), instead of the cluster; see below',
    )
    .addOption(kubeconfigOption())
    .option(
      '-n, --namespace <name>',
      "the namespace of the custom resources, which must be trusted (default: the target's)",
    )
    .addOption(
      new Option(
        '--split-by <criterion>',
        'give Applications and AppProjects that subscribe by annotation to the namespaces of their teams; see below',
      ).choices(['project', 'namespace']),
    )
    .option('--redact', 'print no Secrets, but the commands that make them')
    .option('--output-dir <dir>', 'write files into this folder instead of standard output')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['yaml', 'json']).default('yaml'))
    .option('--take-over', 'switch to the custom resources after you have applied them; see below')
    .option('--wait <seconds>', 'with --take-over: how long to wait for a quiet moment', '60')
    .option(
      '--accept-differences',
      'with --take-over: switch even if Argo CD repeats or drops notifications about some Applications',
    )
    .option(
      '--owner-will-follow',
      'with --take-over: switch although Helm, Argo CD or another tool has the old keys, since you have prepared its source',
    )
    .option('--force', 'with --take-over: go on even if you have no right to see whether an operator runs')
    .addHelpText('after', HELP)
    .action((options: AdoptOptions) => adopt(options, io));
}

const HELP = `
adopt prints custom resources in place of the DingTalk configuration that Argo CD has. Everything else stays with Argo CD: Slack and
other services, the keys that these use too, context, and parts that custom resources cannot express. Without --take-over,
nothing is changed.

The resources go to standard output. The report goes to standard error: first a summary with the next steps as commands, then the
reason for each key. It also names probable mistakes in the present configuration, which adopt does not change.

Moving in, without a lost or repeated message:
  1. argocd-dingtalk adopt --redact                    # a first look
  2. Stop the operator if it runs already. Otherwise Argo CD sends everything twice from step 4 to step 5.
  3. argocd-dingtalk adopt --output-dir moved-in       # read its output; add signing secrets, if you like
  4. kubectl apply -f moved-in
  5. argocd-dingtalk adopt --take-over
  6. Start the operator. It finds everything in place.
  7. Take the old configuration out of its source, and remove the annotations that have no effect any more. The output names both.

The resources that take the place of the configuration:
Every webhook service with the URL of a DingTalk robot becomes a Secret and a DingTalkRobot. Each template for it becomes a
NotificationTemplate with the same body. Each of its entries in subscriptions becomes a NotificationSubscription, and each annotation
by which an Application or an AppProject subscribes itself becomes a part of one. A trigger that reports the same as a trigger of
the catalogue becomes that trigger; the others keep their conditions. A trigger that cannot be taken over stays alone: the other
triggers of its entries move.

Argo CD sends an event once to a robot, however many entries and annotations subscribe to it. So the subscriptions do not overlap: a
subscription of all Applications covers annotations, an AppProject covers its Applications, and an Application that has the labels
of a selector is not named once more.

Where the configuration is read:
Without --file, it is read from the cluster. With --file, it is the ConfigMap, also in a list as kubectl get -o yaml prints it.
Without a ConfigMap, it is the NotificationsConfiguration of argocd-operator, or the values of the Helm chart argo-cd: a file of
values, or the values in a HelmRelease, a HelmChart or an Application. The Secret, Applications, AppProjects and ApplicationSets in
the files count, too. - stands for standard input.

Argo CD is in the namespace argocd if the ConfigMap is there, or else in the only namespace that has it. If there are several,
--argocd-namespace names it, also with --file. The settings are those of --config, or those that the operator has published in
the cluster, or the defaults.

--split-by gives subscriptions to teams, each with its own robots and credentials. By project, an AppProject belongs to the only
namespace that has access to it already, or else to the namespace with the same name, which must exist. The output has the grants
that are missing. AppProject default belongs to no team. By namespace, the team of an Application is the namespace that it lives
in, or deploys to in Argo CD's own cluster. Templates, and subscriptions of all Applications or by labels, stay in the namespace of
--namespace, which shares the templates. The files are in a folder for each namespace: kubectl apply -R -f moved-in. Give
--take-over the same --split-by.

The printed Secrets hold the robots' tokens: keep them out of Git. With --redact, and for URLs that are not known, a comment on the
robot has the command that makes its Secret.

Helm, Argo CD, Flux and others write the old keys again if their source still has them. The output names these tools and files, and
says which lines to take out and when: a removal before the switch silences everybody, and an old key after it sends everything
twice. --take-over refuses until --owner-will-follow says that this is prepared.

--take-over first writes the operator's keys, which nothing uses yet. Then it waits until the former configuration has sent
everything and nothing has happened for two seconds. Then one write subscribes the new keys and removes the keys that they
replace. The former configuration sends the earlier events, and the new configuration sends the later ones. A few seconds later
the command checks whether an event happened in the very moment of the switch, and names it.

--take-over refuses while the Lease ${OPERATOR_LEASE} is held, and while a resource is missing or refused. It recognises the
resources by their annotation argocd-dingtalk.io/adopted-from: keep the annotation until the switch. Keys of the Secret stay; the
output names those that are no longer needed. Annotations of Applications stay, too, and have no effect: the output has the
commands that remove them, and the lines that go out of ApplicationSets.

You need the right to get the ConfigMap and the Secret, and to list Applications, AppProjects and ApplicationSets, which may
subscribe by annotation. With the right to list ConfigMaps in all namespaces, adopt finds Argo CD by itself. --take-over also needs
the rights to patch the two objects, to get argocd-cm and the Lease, to list the custom resources and Namespaces, and to get the
robots' Secrets. docs/moving-in.md has the Roles.

Exit codes: 0 everything for DingTalk is taken over, or there is nothing for DingTalk; 1 something is not taken over, somebody
would not be notified, or the switch was refused or repeated or lost a message; 2 the command was called wrongly or could not read
its input, or Argo CD refuses the configuration.

Examples:
  argocd-dingtalk adopt --redact
  argocd-dingtalk adopt -f argocd-notifications-cm.yaml -f argocd-notifications-secret.yaml --output-dir moved-in
  kubectl get -n argo-cd cm,secret,applications.argoproj.io,appprojects,applicationsets -o yaml | argocd-dingtalk adopt -f - --redact
  argocd-dingtalk adopt -f values.yaml --redact
  argocd-dingtalk adopt --split-by project --output-dir moved-in
  argocd-dingtalk adopt --take-over`;
