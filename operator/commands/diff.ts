import { type Command, Option } from 'commander';
import { type DiffOptions, diff } from '../tools/diff/diff.ts';
import type { ProcessIO } from '../tools/process-io.ts';
import { configurationOptions, fileOption, kubeconfigOption } from './options.ts';

/** `argocd-dingtalk diff`: the changes that applying files would make to Argo CD's objects, and the notifications that would go out at once. */
export function diffCommand(command: Command, io: ProcessIO): void {
  configurationOptions(fileOption(command), 'target, tenancy and limits')
    .addOption(kubeconfigOption())
    .option(
      '--new-config <file>',
      "the operator's future configuration file, if the configuration changes too (default: the present one)",
    )
    .addOption(
      new Option('-o, --output <format>', 'how to print the changes')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addHelpText(
      'after',
      `
The command compares two results of the operator: for the cluster as it is, and for the cluster with the files applied. A file
replaces the custom resource of its name or adds one; a list as kubectl get -o yaml prints it counts as its items, and - stands
for standard input. Nothing is changed. The output shows values of the ConfigMap line by line,
with their changes, and only the names of the Secret's keys. Labels of Namespaces and grants on AppProjects count too, both from
the cluster and from the files.

A trigger starts again if its condition changes or a robot is added. If its condition is true for an Application now, Argo CD
notifies at once, and the output names the Application. An event with a time ignores earlier occurrences, so such Applications are
rare; an event without a time is reported as ReplayPossible. If such an event existed before and its condition changes, because
of the event, the criteria, a grant or the configuration, the output says that its notifications may repeat.

You need the right to list the custom resources in all namespaces and to get the target ConfigMap. The answer is complete only
with the rights to get the target Secret, argocd-cm and the robots' Secrets, and to list Applications, AppProjects and
Namespaces, and to get the grants that the operator has published. Credentials that you may not read count as valid, and a
Namespace that you may not read counts as selected. Every missing right is named on standard error.

Exit codes: 0 nothing changes, 1 something changes, 2 something is refused, or the command was called wrongly or could not
read its input.

Examples:
  argocd-dingtalk diff -f deploy
  argocd-dingtalk diff -f deploy --new-config then.yaml
  kubectl kustomize overlays/prod | argocd-dingtalk diff -f - -o json`,
    )
    .action((options: DiffOptions) => diff(options, io));
}
