import { setTimeout } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { GROUP, KINDS } from '../api/kinds.ts';
import { openConnection } from '../cluster/open.ts';
import {
  findRunningOperator,
  mayWrite,
  OPERATOR_LEASE,
  type RunningOperator,
} from '../cluster/running-operator.ts';
import { readTarget } from '../cluster/target-reader.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import { readConfiguration } from '../config/read.ts';
import type { Target } from '../core/model/snapshot.ts';
import { type Removal, removalOf } from '../core/writes/removal.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { ServerClock } from '../kubernetes/server-clock.ts';
import { FindingsError, type ProcessIO, UsageError } from '../lib/process-io.ts';
import { redactError } from '../lib/redact.ts';
import { cameBackText, leftText, removalText, uninstallJson } from '../tools/uninstall/text.ts';
import { type Uninstalled, uninstall } from '../tools/uninstall/uninstaller.ts';

interface UninstallOptions {
  readonly config?: string;
  readonly kubeconfig?: string;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly output: 'text' | 'json';
}

/** `argocd-dingtalk uninstall`: takes out of Argo CD's objects what the operator has put there, and nothing else. */
export function uninstallCommand(command: Command, io: ProcessIO): void {
  command
    .option('--config <file>', "the operator's configuration file, for its target (default: its defaults)")
    .option(
      '--kubeconfig <file>',
      'how to reach the cluster (default: $KUBECONFIG, ~/.kube/config, or the pod)',
    )
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
  kubectl delete crd ${CRDS}`,
    )
    .action(async (options: UninstallOptions) => {
      const { target } = readConfiguration(options.config);
      const clock = new ServerClock(Date.now);
      const connection = openConnection(options.kubeconfig, clock);
      try {
        const { start, running } = await look(connection, target, clock);
        if (options.dryRun) return await preview(start, running, target, options, io);
        if (!mayWrite(running, target.namespace, options, io)) throw new FindingsError();
        await remove(connection, start, target, options, io);
      } finally {
        await connection.close();
      }
    });
}

const CRDS = Object.values(KINDS)
  .map(({ plural }) => `${plural}.${GROUP}`)
  .join(' ');

/** Whatever keeps the cluster from being read is the caller's to mend. */
async function look(
  { request }: Connection,
  target: OperatorConfiguration['target'],
  clock: ServerClock,
): Promise<{ start: Target; running: RunningOperator }> {
  const { namespace, configMap, secret } = target;
  try {
    const start = await readTarget(request, target);
    const running = await findRunningOperator(request, namespace, () => clock.now());
    if (start.configMap ?? start.secret) return { start, running };
  } catch (error) {
    throw new UsageError(redactError(error), { cause: error });
  }
  throw new UsageError(
    `neither ConfigMap ${namespace}/${configMap} nor Secret ${namespace}/${secret} exists: ` +
      'give the configuration that the operator ran with as --config',
  );
}

function preview(
  start: Target,
  running: RunningOperator,
  target: OperatorConfiguration['target'],
  options: UninstallOptions,
  io: ProcessIO,
): void {
  const removal = removalOf(start);
  if (options.output === 'text') io.stdout.write(removalText(removal, target));
  mayWrite(running, target.namespace, options, io);
  conclude({ removed: removal, last: removal }, target, options, io);
}

async function remove(
  { request }: Connection,
  start: Target,
  target: OperatorConfiguration['target'],
  options: UninstallOptions,
  io: ProcessIO,
): Promise<void> {
  const { stdout, stderr } = io;
  let attempts = 0;
  const onAttempt = (removal: Removal): void => {
    if (attempts++ > 0) stderr.write('somebody else has written meanwhile; once more with what is left …\n');
    if (options.output === 'text') stdout.write(removalText(removal, target));
    stderr.write('removing …\n');
  };
  const onSettle = (ms: number): void => {
    stderr.write(`removed; looking once more in ${ms / 1_000} s …\n`);
  };
  let outcome: Uninstalled;
  try {
    outcome = await uninstall(start, { request, target, pause: setTimeout, onAttempt, onSettle });
  } catch (error) {
    stderr.write('not everything is removed; run this again once this is mended:\n');
    throw error;
  }
  conclude(outcome, target, options, io);
}

/** @throws FindingsError if something of ours is left, or will be */
function conclude(
  outcome: Uninstalled,
  target: OperatorConfiguration['target'],
  { output, dryRun = false }: UninstallOptions,
  { stdout, stderr }: ProcessIO,
): void {
  const { last, cameBack } = outcome;
  if (output === 'json') stdout.write(uninstallJson(outcome, target, dryRun));
  stderr.write(leftText(last, target));
  if (cameBack) {
    stderr.write(
      `${cameBackText(cameBack, target)}An operator runs without a Lease, or another tool restores these keys. ` +
        'Stop it, and run this again.\n',
    );
  }
  if (cameBack || last.broken !== undefined) throw new FindingsError();
  if (last.steps.length === 0) stderr.write('nothing of the operator is there.\n');
  else if (dryRun) stderr.write('this was a dry run: nothing is changed.\n');
  else
    stderr.write(`done. The custom resources are still there; to delete all: kubectl delete crd ${CRDS}\n`);
}
