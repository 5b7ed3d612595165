/**
 * `uninstall`: removes the operator's part of Argo CD's objects, and nothing else.
 *
 * It reads the target, makes sure that no operator runs, removes the operator's part, and checks later that it stays away.
 * Read on in uninstaller.ts (the attempts) and text.ts; core/writes/removal.ts defines the operator's part.
 */

import { setTimeout } from 'node:timers/promises';
import { findRunningOperator, type RunningOperator } from '../../cluster/running-operator.ts';
import { readTarget } from '../../cluster/target-reader.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import type { Target } from '../../core/model/snapshot.ts';
import { type Removal, removalOf } from '../../core/writes/removal.ts';
import type { Connection } from '../../kubernetes/connection.ts';
import { ServerClock } from '../../kubernetes/server-clock.ts';
import { readConfiguration } from '../configuration.ts';
import { openConnection, orUsageError } from '../connection.ts';
import { mayWrite } from '../may-write.ts';
import { FindingsError, type ProcessIO, UsageError } from '../process-io.ts';
import { CRD_NAMES, cameBackText, leftText, removalText, uninstallJson } from './text.ts';
import { removeOurPart, type Uninstalled } from './uninstaller.ts';

/** All options of `argocd-dingtalk uninstall`. */
export interface UninstallOptions {
  readonly config?: string;
  readonly kubeconfig?: string;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly output: 'text' | 'json';
}

/**
 * Removes, or only prints, the operator's part.
 * @throws FindingsError if a part of it is left, or an operator runs
 * @throws UsageError if configuration or cluster can't be read
 */
export async function uninstall(options: UninstallOptions, io: ProcessIO): Promise<void> {
  const { target } = readConfiguration(options.config);
  const clock = new ServerClock(Date.now);
  const connection = openConnection(options.kubeconfig, clock);
  try {
    const { start, running } = await look(connection, target, clock);
    if (options.dryRun) return showOnly(start, running, target, options, io);
    if (!mayWrite(running, target.namespace, options, io)) throw new FindingsError();
    await remove(connection, start, target, options, io);
  } finally {
    await connection.close();
  }
}

/** The target as it is, and whether an operator runs. @throws UsageError if there is no target, or it can't be read */
async function look(
  { request }: Connection,
  target: OperatorConfiguration['target'],
  clock: ServerClock,
): Promise<{ start: Target; running: RunningOperator }> {
  const { namespace, configMap, secret } = target;
  return orUsageError(async () => {
    const start = await readTarget(request, target);
    const running = await findRunningOperator(request, namespace, () => clock.now());
    if (start.configMap ?? start.secret) return { start, running };
    throw new UsageError(
      `neither ConfigMap ${namespace}/${configMap} nor Secret ${namespace}/${secret} exists: ` +
        "give the operator's own configuration as --config",
    );
  });
}

function showOnly(
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
    if (attempts++ > 0) stderr.write('another writer has changed the target meanwhile; trying again …\n');
    if (options.output === 'text') stdout.write(removalText(removal, target));
    stderr.write('removing …\n');
  };
  const onSettle = (ms: number): void => {
    stderr.write(`removed; checking again in ${ms / 1_000} s …\n`);
  };
  let outcome: Uninstalled;
  try {
    outcome = await removeOurPart(start, { request, target, pause: setTimeout, onAttempt, onSettle });
  } catch (error) {
    stderr.write('not everything is removed; correct the following error and run the command again:\n');
    throw error;
  }
  conclude(outcome, target, options, io);
}

/** @throws FindingsError if a part of the operator stays or came back */
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
        'Stop it, and run the command again.\n',
    );
  }
  if (cameBack || last.broken !== undefined) throw new FindingsError();
  if (last.steps.length === 0) stderr.write('nothing of the operator is left.\n');
  else if (dryRun) stderr.write('dry run: nothing is changed.\n');
  else
    stderr.write(
      `done. The custom resources are still there; to delete them all: kubectl delete crd ${CRD_NAMES}\n`,
    );
}
