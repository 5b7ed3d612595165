import { type Command, Option } from 'commander';
import { OPERATOR_LEASE } from '../cluster/running-operator.ts';
import type { ProcessIO } from '../tools/process-io.ts';
import { CRD_NAMES } from '../tools/uninstall/text.ts';
import { type UninstallOptions, uninstall } from '../tools/uninstall/uninstall.ts';
import { kubeconfigOption } from './options.ts';

/** `argocd-dingtalk uninstall`: removes the operator's part of Argo CD's objects, and nothing else. */
export function uninstallCommand(command: Command, io: ProcessIO): void {
  command
    .option(
      '--config <file>',
      "the operator's configuration file, for its target (without it: the default configuration)",
    )
    .addOption(kubeconfigOption())
    .option('--dry-run', 'only print the keys that would be removed')
    .option('--force', 'go on even if you have no right to see whether an operator runs')
    .addOption(
      new Option('-o, --output <format>', 'how to print the removed keys')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addHelpText(
      'after',
      `
Stop the operator first: a running operator would write everything again. The command refuses while the Lease
${OPERATOR_LEASE} in the target's namespace is held. Some seconds after the removal it checks whether any key came back.

Everything else in the two objects keeps its bytes, also in the shared key subscriptions. A key that only has a name like the
operator's keys is left alone and listed. No value of the Secret is ever printed. Custom resources stay: delete them, or their
CRDs, yourself. You can run the command again at any time.

You need the right to get and patch the two objects, and to get the Lease. If routing.projects was Annotation, you also need the
right to list and patch AppProjects.

Exit codes: 0 nothing of the operator is left, 1 something is left, or an operator runs, 2 the command was called wrongly or
could not read the two objects.

Examples:
  kubectl scale deployment ${OPERATOR_LEASE} -n argocd --replicas=0    # or Ctrl-C if it runs in a terminal
  argocd-dingtalk uninstall --config samples/config.yaml --dry-run
  argocd-dingtalk uninstall --config samples/config.yaml
  kubectl delete crd ${CRD_NAMES}`,
    )
    .action((options: UninstallOptions) => uninstall(options, io));
}
