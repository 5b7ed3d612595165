/**
 * `diff`: the changes that applying files would make to Argo CD's objects, and the notifications that would go out at once.
 *
 * It reads the files and the cluster, decides on the cluster as it is and on the cluster with the files applied, and compares the
 * two decisions. Read on in difference.ts (the differences), notified.ts (the conditions that are true now) and text.ts.
 */

import { isDeepStrictEqual } from 'node:util';
import { GROUP } from '../../api/kinds.ts';
import { eventKeyName } from '../../argocd/names.ts';
import { readApplications, readCluster } from '../../cluster/cluster-reader.ts';
import { decideFully } from '../../cluster/decide-fully.ts';
import { readCredential, readCredentials } from '../../cluster/read-credential.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import type { Snapshot } from '../../core/model/snapshot.ts';
import { served } from '../../core/resolve/selection.ts';
import { describeFinding, type LintFinding } from '../../files/finding.ts';
import { forAsking, isAboutAccess } from '../../files/given-access.ts';
import { findingsOf } from '../../files/judge.ts';
import type { LoadedResource } from '../../files/loaded-resource.ts';
import type { Manifest } from '../../files/manifests.ts';
import { orAssumed, withFilesApplied } from '../../files/overlay.ts';
import { shownPaths } from '../../files/read-manifests.ts';
import type { SampleFile } from '../../files/sample-application.ts';
import { isOfOurGroup } from '../../files/unknown-kinds.ts';
import { validate } from '../../files/validate.ts';
import type { Connection } from '../../kubernetes/connection.ts';
import { ServerClock } from '../../kubernetes/server-clock.ts';
import { givenConfiguration } from '../configuration.ts';
import { openConnection, orUsageError } from '../connection.ts';
import { withEngine } from '../engine.ts';
import { type FilesOptions, readFiles, reportRefusals } from '../judged-files.ts';
import {
  type ConfigurationOptions,
  type KnownConfiguration,
  knownConfiguration,
  withoutDoubt,
} from '../known-configuration.ts';
import { FindingsError, type ProcessIO, UsageError } from '../process-io.ts';
import { type Difference, differenceOf } from './difference.ts';
import { notifiedAtOnce } from './notified.ts';
import { diffJson, diffText } from './text.ts';

/** All options of `argocd-dingtalk diff`. */
export interface DiffOptions extends FilesOptions, ConfigurationOptions {
  readonly kubeconfig?: string;
  /** The future configuration file; absent: the present one. */
  readonly newConfig?: string;
  readonly output: 'text' | 'json';
}

/**
 * Prints the changes.
 * @throws FindingsError if there are any
 * @throws UsageError if something is refused, or if files, configuration or cluster can't be read
 */
export async function diff(options: DiffOptions, io: ProcessIO): Promise<void> {
  const given = givenConfiguration(options.config);
  const future = givenConfiguration(options.newConfig);
  const manifests = await readFiles(options.file, io);
  if (!manifests.some((each) => isOfOurGroup(each) || isAboutAccess(each))) {
    throw new UsageError(`${shownPaths(options.file)}: no custom resources of ${GROUP} found`);
  }
  const clock = new ServerClock(Date.now);
  const connection = openConnection(options.kubeconfig, clock);
  try {
    const known = await knownConfiguration(given, options, connection.request, io, 'settings and grants');
    const newConfig = future ?? known.config;
    if (!isDeepStrictEqual(newConfig.target, known.config.target))
      throw new UsageError(`${options.newConfig}: target differs from that of the present configuration`);
    await compare({ manifests, known, newConfig, connection, clock }, options.output, io);
  } finally {
    await connection.close();
  }
}

interface DiffInput {
  readonly manifests: readonly Manifest[];
  readonly known: KnownConfiguration;
  readonly newConfig: OperatorConfiguration;
  readonly connection: Connection;
  readonly clock: ServerClock;
}

async function compare(
  { manifests, known, newConfig, connection, clock }: DiffInput,
  output: DiffOptions['output'],
  io: ProcessIO,
): Promise<void> {
  const { stdout, stderr } = io;
  const { config, knows } = known;
  const unseen = (message: string) => void stderr.write(`missing right: ${message}\n`);
  const namespace = defaultNamespace(connection);
  const { valid, findings } = await validate(manifests, namespace);
  refuseIfAny(findings, io);
  const read = await orUsageError(async () => ({
    cluster: await readCluster(connection.request, config, unseen),
    applications: await readApplications(connection.request, unseen),
  }));
  const times = { now: new Date(), serverTime: clock.now() };
  const nothingYet = { credentials: new Map(), deliveries: new Map(), answers: new Map() };
  const filesIn = valid.map(({ resource }) => resource.metadata.namespace);
  const judged = (present: Snapshot) => withoutDoubt(present, knows, filesIn);
  const base: Snapshot = forAsking(judged({ ...read.cluster, ...times, ...nothingYet, config }));
  const credentials = await credentialsOf(base, newConfig, valid, manifests, connection);
  const before = { ...base, credentials };
  await withEngine(io, async (engine, gate) => {
    const decisionBefore = await decideFully(before, gate);
    const after = newConfig === config ? before : { ...before, config: newConfig };
    const decisionAfter = await decideFully(withFilesApplied(after, valid, manifests, namespace), gate);
    const difference = differenceOf(decisionBefore, decisionAfter, before);
    const applications = read.applications as readonly SampleFile[] | undefined;
    const notified =
      applications &&
      (await notifiedAtOnce(difference.triggers, decisionAfter, applications, engine, times.serverTime));
    const result = { difference, notified };
    stdout.write(output === 'json' ? diffJson(result, config.target) : diffText(result, config.target));
    const found = findingsOf(valid, decisionAfter);
    for (const finding of found.filter((each) => mayReplay(each, difference)))
      stderr.write(`${describeFinding(finding)}\n`);
    refuseIfAny(found, io);
    if (difference.configMap.length + difference.secret.length + difference.routes > 0)
      throw new FindingsError();
  });
}

/** Whether a subscription starts again with an event that has no time, so earlier occurrences count too. */
function mayReplay({ reason, namespace, name }: LintFinding, { triggers }: Difference): boolean {
  const prefix = eventKeyName(namespace, name, '');
  return reason === 'ReplayPossible' && triggers.some(({ trigger }) => trigger.startsWith(prefix));
}

/** The credentials of all robots, also of those in the files, from the Secrets of the cluster. */
async function credentialsOf(
  before: Snapshot,
  config: OperatorConfiguration,
  valid: readonly LoadedResource[],
  manifests: readonly Manifest[],
  connection: Connection,
): Promise<Snapshot['credentials']> {
  const after = withFilesApplied({ ...before, config }, valid, manifests, defaultNamespace(connection));
  const robots = [...served(before.robots, before), ...served(after.robots, after)];
  return orAssumed(await readCredentials(readCredential(connection), robots), robots);
}

/** The namespace that kubectl uses for a manifest without one. */
function defaultNamespace({ kubeConfig }: Connection): string {
  return kubeConfig.getContextObject(kubeConfig.getCurrentContext())?.namespace ?? 'default';
}

function refuseIfAny(findings: readonly LintFinding[], io: ProcessIO): void {
  if (reportRefusals(findings, io))
    throw new UsageError('refused resources would not take effect; see argocd-dingtalk lint');
}
