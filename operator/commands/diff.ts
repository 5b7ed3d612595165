import { isDeepStrictEqual } from 'node:util';
import { type Command, Option } from 'commander';
import { GROUP } from '../api/kinds.ts';
import { eventKeyName } from '../argocd/names.ts';
import { readApplications, readCluster } from '../cluster/cluster-reader.ts';
import { decideFully } from '../cluster/decide-fully.ts';
import { openConnection, orUsageError } from '../cluster/open.ts';
import { readCredential, readCredentials } from '../cluster/read-credential.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import { readConfiguration } from '../config/read.ts';
import type { Snapshot } from '../core/model/snapshot.ts';
import { served } from '../core/resolve/selection.ts';
import { describeFinding, type LintFinding } from '../files/finding.ts';
import { forAsking, isAboutAccess } from '../files/given-access.ts';
import { findingsOf, validate } from '../files/judge.ts';
import type { LoadedResource } from '../files/loaded-resource.ts';
import type { Manifest } from '../files/manifests.ts';
import { type FilesOptions, filesOptions, readFiles, withEngine } from '../files/offline.ts';
import { orAssumed, withFilesApplied } from '../files/overlay.ts';
import type { SampleFile } from '../files/sample-application.ts';
import { isOfOurGroup } from '../files/unknown-kinds.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { ServerClock } from '../kubernetes/server-clock.ts';
import { FindingsError, type ProcessIO, UsageError } from '../lib/process-io.ts';
import { type Difference, differenceOf } from '../tools/diff/difference.ts';
import { notifiedAtOnce } from '../tools/diff/notified.ts';
import { diffJson, diffText } from '../tools/diff/text.ts';

interface DiffOptions extends FilesOptions {
  readonly kubeconfig?: string;
  readonly newConfig?: string;
  readonly output: 'text' | 'json';
}

/** `argocd-dingtalk diff`: what applying files would change in Argo CD's objects, and whom it would notify at once. */
export function diffCommand(command: Command, io: ProcessIO): void {
  filesOptions(command)
    .option(
      '--kubeconfig <file>',
      'how to reach the cluster (default: $KUBECONFIG, ~/.kube/config, or the pod)',
    )
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
    .action(async (options: DiffOptions) => {
      const config = readConfiguration(options.config);
      const newConfig = options.newConfig === undefined ? config : readConfiguration(options.newConfig);
      if (!isDeepStrictEqual(newConfig.target, config.target))
        throw new UsageError(`${options.newConfig}: target is another one than that of --config`);
      const manifests = await readFiles(options.file);
      if (!manifests.some((each) => isOfOurGroup(each) || isAboutAccess(each))) {
        throw new UsageError(`${options.file.join(', ')}: no custom resources of ${GROUP} found`);
      }
      const clock = new ServerClock(Date.now);
      const connection = openConnection(options.kubeconfig, clock);
      try {
        await diff({ manifests, config, newConfig, connection, clock }, options.output, io);
      } finally {
        await connection.close();
      }
    });
}

interface DiffInput {
  readonly manifests: readonly Manifest[];
  readonly config: OperatorConfiguration;
  readonly newConfig: OperatorConfiguration;
  readonly connection: Connection;
  readonly clock: ServerClock;
}

async function diff(
  { manifests, config, newConfig, connection, clock }: DiffInput,
  output: DiffOptions['output'],
  io: ProcessIO,
): Promise<void> {
  const { stdout, stderr } = io;
  const unseen = (message: string) => void stderr.write(`not seen: ${message}\n`);
  const namespace = defaultNamespace(connection);
  const { valid, findings } = await validate(manifests, namespace);
  refuseIfAny(findings, io);
  const read = await orUsageError(async () => ({
    cluster: await readCluster(connection.request, config, unseen),
    applications: await readApplications(connection.request, unseen),
  }));
  const times = { now: new Date(), serverTime: clock.now() };
  const nothingYet = { credentials: new Map(), deliveries: new Map(), answers: new Map() };
  const base: Snapshot = forAsking({ ...read.cluster, ...times, ...nothingYet, config });
  const credentials = await credentialsOf(base, newConfig, valid, manifests, connection);
  const before = { ...base, credentials };
  await withEngine(io, async (engine, gate) => {
    const was = await decideFully(before, gate);
    const after = { ...before, config: newConfig };
    const is = await decideFully(withFilesApplied(after, valid, manifests, namespace), gate);
    const difference = differenceOf(was, is, before.target);
    const applications = read.applications as readonly SampleFile[] | undefined;
    const notified =
      applications && (await notifiedAtOnce(difference.triggers, is, applications, engine, times.serverTime));
    const result = { difference, notified };
    stdout.write(output === 'json' ? diffJson(result, config.target) : diffText(result, config.target));
    const told = findingsOf(valid, is);
    for (const finding of told.filter((each) => mayReplay(each, difference)))
      stderr.write(`${describeFinding(finding)}\n`);
    refuseIfAny(told, io);
    if (difference.configMap.length + difference.secret.length > 0) throw new FindingsError();
  });
}

/** Whether a subscription starts anew with an event that has no time, so that what happened before counts too. */
function mayReplay({ reason, namespace, name }: LintFinding, { triggers }: Difference): boolean {
  const prefix = eventKeyName(namespace, name, '');
  return reason === 'ReplayPossible' && triggers.some(({ trigger }) => trigger.startsWith(prefix));
}

/** Of all robots, those of the files too: what the cluster has of their Secrets. */
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

/** As kubectl has it for a manifest that names none. */
function defaultNamespace({ kubeConfig }: Connection): string {
  return kubeConfig.getContextObject(kubeConfig.getCurrentContext())?.namespace ?? 'default';
}

function refuseIfAny(findings: readonly LintFinding[], { stderr }: ProcessIO): void {
  const refused = findings.filter(({ accepted }) => !accepted);
  for (const finding of refused) stderr.write(`${describeFinding(finding)}\n`);
  if (refused.length > 0)
    throw new UsageError('what is refused would not take effect; see argocd-dingtalk lint');
}
