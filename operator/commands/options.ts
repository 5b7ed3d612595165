import { type Command, Option } from 'commander';

/** What the help of every command on files says before its examples. */
export const FILES_HELP = `
Credentials that are not among the files are taken to be right, and a Namespace that is not to be selected; what another
namespace shares has to be among them. If argocd-notifications-cm or argocd-cm is among them, its context or url counts; so
do the labels of Namespaces and the grants on AppProjects. Argo CD's own engine judges templates and conditions.`;

/** Gives a command the options of those that work on files: `FilesOptions`. */
export function filesOptions(command: Command): Command {
  return command
    .requiredOption(
      '-f, --file <path...>',
      'files, or folders with all the .yaml, .yml and .json files below them',
    )
    .option(
      '--config <file>',
      "the operator's configuration file, for its target, tenancy and limits (default: its defaults)",
    );
}

/** The option of every command that reads a cluster. */
export const kubeconfigOption = (): Option =>
  new Option(
    '--kubeconfig <file>',
    'how to reach the cluster (default: $KUBECONFIG, ~/.kube/config, or the pod)',
  );
