import { type Command, Option } from 'commander';

/** The part of the help that all commands on files share. */
export const FILES_HELP = `
A list as kubectl get -o yaml prints it counts as its items, and - stands for standard input. The files must contain the
resources that another namespace shares. If a Secret is missing from the files, its credentials count as valid; if a Namespace is
missing, it counts as selected. The command also reads the context of argocd-notifications-cm, the url of argocd-cm, the labels of
Namespaces and the grants on AppProjects from the files. Argo CD's own engine checks templates and conditions.`;

/** Gives a command the options of all commands on files: `FilesOptions`. */
export function filesOptions(command: Command): Command {
  return fileOption(command).option(
    '--config <file>',
    "the operator's configuration file, for its target, tenancy and limits (without it: the default configuration)",
  );
}

/** The option for the manifests that a command works on. */
export const fileOption = (command: Command): Command =>
  command.requiredOption(
    '-f, --file <path...>',
    'files, folders with .yaml, .yml and .json files, or - for standard input',
  );

/** The option of every command that reads a cluster. */
export const kubeconfigOption = (): Option =>
  new Option(
    '--kubeconfig <file>',
    'how to reach the cluster (default: $KUBECONFIG, ~/.kube/config, or the pod)',
  );

/** The options of every command that judges an installation in a cluster: `ConfigurationOptions`. */
export function configurationOptions(command: Command, needed: string): Command {
  return command
    .option(
      '--config <file>',
      `the operator's configuration file, for its ${needed} (default: the configuration that the operator has published)`,
    )
    .addOption(
      new Option(
        '--argocd-namespace <name>',
        "Argo CD's namespace, where the operator publishes its configuration (default: argocd)",
      ).conflicts('config'),
    );
}
