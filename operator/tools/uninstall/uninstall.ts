/**
 * `uninstall`: removes the operator's part of Argo CD's objects, and nothing else.
 *
 * It reads the target, makes sure that no operator runs, removes the operator's part, and checks later that it stays away.
 * Read on in stop.ts, uninstaller.ts (the attempts), routes.ts (RelayRoutes), hooks.ts (hooks on Gitee) and text.ts; core/writes/removal.ts defines the
 * operator's part of Argo CD's objects.
 */

import { setTimeout } from 'node:timers/promises';
import { findRunningOperator, type RunningOperator } from '../../cluster/running-operator.ts';
import { readTarget } from '../../cluster/target-reader.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import type { Target } from '../../core/model/snapshot.ts';
import { type Removal, removalOf } from '../../core/writes/removal.ts';
import type { Connection } from '../../kubernetes/connection.ts';
import type { ApiCall } from '../../kubernetes/request.ts';
import { ServerClock } from '../../kubernetes/server-clock.ts';
import { givenConfiguration } from '../configuration.ts';
import { openConnection, orUsageError } from '../connection.ts';
import { type ConfigurationOptions, knownConfiguration } from '../known-configuration.ts';
import { mayWrite } from '../may-write.ts';
import { FindingsError, type ProcessIO, UsageError } from '../process-io.ts';
import { leftHooksText, releaseHooks, type SeenHooks, seeHooks } from './hooks.ts';
import { releaseResources } from './release.ts';
import { routeNames, type SeenRoutes, seeRoutes } from './routes.ts';
import { deploymentToStop, type StopFlags, stop } from './stop.ts';
import { CRD_NAMES, cameBackText, leftText, removalText, uninstallJson } from './text.ts';
import { removeOurPart, type Uninstalled } from './uninstaller.ts';

/** The pause between two lines of progress, in milliseconds. */
const PROGRESS_MS = 2_000;

/** All options of `argocd-dingtalk uninstall`. */
export interface UninstallOptions extends ConfigurationOptions, StopFlags {
  readonly kubeconfig?: string;
  readonly force?: boolean;
  readonly output: 'text' | 'json';
}

/**
 * Removes, or only prints, the operator's part.
 * @throws FindingsError if a part of it is left, or an operator runs
 * @throws UsageError if configuration or cluster can't be read
 */
export async function uninstall(options: UninstallOptions, io: ProcessIO): Promise<void> {
  const deployment = deploymentToStop(options);
  const given = givenConfiguration(options.config);
  const clock = new ServerClock(Date.now);
  const connection = openConnection(options.kubeconfig, clock);
  try {
    const known = await knownConfiguration(given, options, connection.request, io, 'settings');
    const { target } = known.config;
    // Who stops a Deployment with its own configuration removes the operator, perhaps after Argo CD.
    const mayBeGone = deployment !== undefined && known.knows.settings;
    const look = () => lookAt(connection, target, clock, mayBeGone);
    const seen = await look();
    if (options.dryRun) return showOnly(seen, target, options, io);
    if (!deployment) return await removeIfNobodyRuns(connection, seen, target, options, io);
    await stop(deployment, connection.request, target.namespace, clock, options, io);
    await removeIfNobodyRuns(connection, await look(), target, options, io);
  } finally {
    await connection.close();
  }
}

interface Seen {
  readonly start: Target;
  readonly running: RunningOperator;
  readonly relay: SeenRoutes;
  readonly hooks: SeenHooks;
}

/** The target as it is, and whether an operator runs. @throws UsageError if there is no target, or it can't be read */
async function lookAt(
  { request }: Connection,
  target: OperatorConfiguration['target'],
  clock: ServerClock,
  mayBeGone: boolean,
): Promise<Seen> {
  const { namespace, configMap, secret } = target;
  return orUsageError(async () => {
    const start = await readTarget(request, target);
    const running = await findRunningOperator(request, namespace, () => clock.now());
    const relay = await seeRoutes(request, namespace);
    const hooks = await seeHooks(request, namespace);
    if (mayBeGone || (start.configMap ?? start.secret)) return { start, running, relay, hooks };
    throw new UsageError(
      `neither ConfigMap ${namespace}/${configMap} nor Secret ${namespace}/${secret} exists: ` +
        "name Argo CD's namespace as --argocd-namespace, or give the operator's own configuration as --config",
    );
  });
}

function showOnly(
  { start, running, relay, hooks }: Seen,
  target: OperatorConfiguration['target'],
  options: UninstallOptions,
  io: ProcessIO,
): void {
  const removal = removalOf(start);
  const names = routeNames(relay.routes);
  if (options.output === 'text') io.stdout.write(removalText(removal, names, target));
  io.stderr.write(`${unseenText(relay)}${leftHooksText(hooks)}`);
  mayWrite(running, target.namespace, options, io);
  const routes = { removed: names, cameBack: [] };
  conclude({ removed: removal, last: removal, routes }, target, options, io);
}

async function removeIfNobodyRuns(
  { request }: Connection,
  { start, running, relay, hooks }: Seen,
  target: OperatorConfiguration['target'],
  options: UninstallOptions,
  io: ProcessIO,
): Promise<void> {
  if (!mayWrite(running, target.namespace, options, io)) throw new FindingsError();
  const { stdout, stderr } = io;
  const { routes } = relay;
  stderr.write(`${unseenText(relay)}${leftHooksText(hooks)}`);
  let attempts = 0;
  const onAttempt = (removal: Removal): void => {
    if (attempts++ > 0) stderr.write('another writer has changed the target meanwhile; trying again …\n');
    if (options.output === 'text') stdout.write(removalText(removal, routeNames(routes), target));
    stderr.write('removing …\n');
  };
  const onSettle = (ms: number): void => {
    stderr.write(`removed; checking again in ${ms / 1_000} s …\n`);
  };
  let outcome: Uninstalled;
  try {
    outcome = await removeOurPart(start, { request, target, routes, pause: setTimeout, onAttempt, onSettle });
  } catch (error) {
    stderr.write('not everything is removed; correct the following error and run the command again:\n');
    throw error;
  }
  await releaseHooks(request, hooks);
  await release(request, target.namespace, stderr);
  conclude(outcome, target, options, io);
}

/** A status that keeps this installation's name only keeps another installation away, so a missing right is no failure. */
async function release(request: ApiCall, installation: string, stderr: ProcessIO['stderr']): Promise<void> {
  let told = performance.now();
  const released = await releaseResources(request, installation, (done, all) => {
    if (performance.now() - told < PROGRESS_MS) return;
    told = performance.now();
    stderr.write(`statuses: ${done} of ${all} …\n`);
  });
  if ('missingRight' in released)
    stderr.write(
      `the statuses of the custom resources still name this installation, because of a missing right: ${released.missingRight}\n`,
    );
  else if (released.count > 0)
    stderr.write(
      `the statuses of ${released.count} custom resources do not name this installation any more.\n`,
    );
}

const unseenText = ({ missingRight }: SeenRoutes): string =>
  missingRight === undefined
    ? ''
    : `RelayRoutes stay if there are any, because of a missing right: ${missingRight}\n`;

/** @throws FindingsError if a part of the operator stays or came back */
function conclude(
  outcome: Uninstalled,
  target: OperatorConfiguration['target'],
  { output, dryRun = false }: UninstallOptions,
  { stdout, stderr }: ProcessIO,
): void {
  const { last, routes } = outcome;
  const back = cameBackText(outcome, target);
  if (output === 'json') stdout.write(uninstallJson(outcome, target, dryRun));
  stderr.write(leftText(last, target));
  if (back !== '') {
    stderr.write(
      `${back}An operator still runs, or another tool restores these keys. ` +
        'Stop it, and run the command again.\n',
    );
  }
  if (back !== '' || last.broken !== undefined) throw new FindingsError();
  if (last.steps.length === 0 && routes.removed.length === 0)
    stderr.write('nothing of the operator is left.\n');
  else if (dryRun) stderr.write('dry run: nothing is changed.\n');
  else
    stderr.write(
      `done. The custom resources are still there; to delete them all: kubectl delete crd ${CRD_NAMES}\n`,
    );
}
