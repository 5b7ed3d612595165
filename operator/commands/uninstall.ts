import { type Command, Option } from 'commander';
import { OPERATOR_LEASE } from '../cluster/running-operator.ts';
import type { ProcessIO } from '../tools/process-io.ts';
import { CRD_NAMES } from '../tools/uninstall/text.ts';
import { type UninstallOptions, uninstall } from '../tools/uninstall/uninstall.ts';
import { kubeconfigOption } from './options.ts';

/** `argocd-dingtalk uninstall`: takes out of Argo CD's objects what the operator has put there, and nothing else. */
export function uninstallCommand(command: Command, io: ProcessIO): void {
  command
    .option('--config <file>', "the operator's configuration file, for its target (default: its defaults)")
    .addOption(kubeconfigOption())
    .option('--dry-run', 'only print what would be removed')
    .option('--force', 'go on where the right to see whether an operator runs is missing')
    .addOption(
      new Option('-o, --output <format>', 'how to print what is removed')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addHelpText(
      'after',
      `
Stop the operator first: a running one would write everything again. The command refuses while the Lease
${OPERATOR_LEASE} in the target's namespace is held, and looks once more, some seconds later, whether anything came back.

What others have in the two objects keeps its bytes, the shared key subscriptions included. A key that is only named like
the operator's is left alone and listed. No value of the Secret is ever printed. Custom resources stay: delete them, or
their CRDs, yourself. The command can be run again at any time.

You need the right to get and patch the two objects, and to get the Lease; where routing.projects was Annotation, to list and
patch AppProjects too.

Exit codes: 0 nothing of the operator is left, 1 something is, or an operator runs, 2 the command was called wrongly or
could not read the two objects.

Examples:
  kubectl scale deployment ${OPERATOR_LEASE} -n argocd --replicas=0    # or Ctrl-C where it runs in a terminal
  argocd-dingtalk uninstall --config samples/config.yaml --dry-run
  argocd-dingtalk uninstall --config samples/config.yaml
  kubectl delete crd ${CRD_NAMES}`,
    )
    .action((options: UninstallOptions) => uninstall(options, io));
}
