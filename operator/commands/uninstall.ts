import { type Command, Option } from 'commander';
import { OPERATOR_LEASE } from '../cluster/running-operator.ts';
import type { ProcessIO } from '../tools/process-io.ts';
import { CRD_NAMES } from '../tools/uninstall/text.ts';
import { type UninstallOptions, uninstall } from '../tools/uninstall/uninstall.ts';
import { configurationOptions, kubeconfigOption } from './options.ts';

/** `argocd-dingtalk uninstall`: removes the operator's part of Argo CD's objects, and nothing else. */
export function uninstallCommand(command: Command, io: ProcessIO): void {
  configurationOptions(command, 'target')
    .addOption(kubeconfigOption())
    .option('--dry-run', 'only print the keys that would be removed')
    .option(
      '--stop-deployment <namespace/name>',
      "first scale the operator's Deployment to 0, and wait until its pods have ended and the Lease is free",
    )
    .option('--wait <seconds>', 'with --stop-deployment: how long to wait for that', '120')
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

--stop-deployment stops the operator for you. If it does not stop in time, nothing is removed, the Deployment stays at 0, and the
command says how to start it again. If the Deployment does not exist, it counts as stopped. The Helm chart runs the command in this
way before it is uninstalled.

Everything else in the two objects keeps its bytes, also in the shared key subscriptions. A key that only has a name like the
operator's keys is left alone and listed. No value of the Secret is ever printed. Custom resources stay: delete them, or their
CRDs, yourself. You can run the command again at any time.

You need the right to get and patch the two objects, and to get the Lease. If routing.projects was Annotation, you also need the
right to list and patch AppProjects. If there is a relay, you also need the right to list and delete RelayRoutes. If there are
subscriptions with hooks on Gitee, you also need the right to list and patch NotificationSubscriptions. With --stop-deployment, you
need the right to get and patch deployments/scale, and to list pods.

Hooks on Gitee stay, and the command names them. Delete or suspend their subscriptions before, while the operator runs: then the
operator removes the hooks.

Exit codes: 0 nothing of the operator is left, 1 something is left, or an operator runs, 2 the command was called wrongly or
could not read the cluster.

Examples:
  kubectl scale deployment ${OPERATOR_LEASE} -n argocd --replicas=0    # or Ctrl-C if it runs in a terminal
  argocd-dingtalk uninstall --dry-run
  argocd-dingtalk uninstall
  argocd-dingtalk uninstall --stop-deployment argocd/${OPERATOR_LEASE}
  kubectl delete crd ${CRD_NAMES}`,
    )
    .action((options: UninstallOptions) => uninstall(options, io));
}
