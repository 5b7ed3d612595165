import { type Command, Option } from 'commander';
import { type DiffOptions, diff } from '../tools/diff/diff.ts';
import type { ProcessIO } from '../tools/process-io.ts';
import { filesOptions, kubeconfigOption } from './options.ts';

/** `argocd-dingtalk diff`: what applying files would change in Argo CD's objects, and whom it would notify at once. */
export function diffCommand(command: Command, io: ProcessIO): void {
  filesOptions(command)
    .addOption(kubeconfigOption())
    .option(
      '--new-config <file>',
      "the operator's configuration file as it will be, where that changes too (default: that of --config)",
    )
    .addOption(
      new Option('-o, --output <format>', 'how to print the changes')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addHelpText(
      'after',
      `
The files are judged together with all custom resources of the cluster, of which they replace some or add to them; what
the operator would make of both is compared with what it would make of the cluster as it is. Nothing is changed. Values of
the ConfigMap are shown in lines, with their changes; of the Secret only the names of keys. Labels of Namespaces and grants
on AppProjects count too, those of the cluster and those in the files.

A trigger whose condition changes, or that gets a further robot, starts anew: Argo CD's Applications for which it holds now
are listed as notified at once. What happened before does not count for events with a time, so there are seldom any;
an event without one is named as ReplayPossible. If there was such an event before and its condition changes, because of the
event, the criteria, a grant or the configuration, it is named as one that may repeat what it has told.

You need the right to list the custom resources in all namespaces and to get the target ConfigMap. With the rights to get
the target Secret, argocd-cm and the robots' Secrets and to list Applications, AppProjects and Namespaces the answer is
complete: credentials that can't be read are taken to be right, a Namespace that can't be is taken to be selected, and what
can't be read is told on standard error.

Exit codes: 0 nothing changes, 1 something does, 2 something is refused, the command was called wrongly or could not read
its input.

Examples:
  argocd-dingtalk diff -f deploy --config samples/config.yaml
  argocd-dingtalk diff -f deploy --config now.yaml --new-config then.yaml
  kubectl kustomize overlays/prod | argocd-dingtalk diff -f /dev/stdin -o json`,
    )
    .action((options: DiffOptions) => diff(options, io));
}
