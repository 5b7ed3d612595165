/**
 * `adopt`: custom resources that replace Argo CD's own DingTalk configuration, and the switch to them.
 *
 * Without --take-over it changes nothing. sources/ finds the configuration, and the tools that bring it back; input.ts and
 * input-from-files.ts read it with its surroundings, and ask the engine. adoption.ts decides which parts can be adopted:
 * foreign-config.ts reads, annotations.ts and deliveries.ts find who is sent what, translate.ts translates, staying.ts keeps halves
 * together, coverage.ts and placement.ts divide the subscriptions, resources.ts makes the custom resources, and dispositions.ts decides
 * on each key. near-misses.ts finds mistakes that Argo CD accepts, and refused-config.ts explains those that it refuses. output.ts
 * prints it: manifests.ts the resources, summary.ts and next-steps.ts the beginning, and text.ts the details.
 *
 * With --take-over, take-over.ts switches: prepare.ts reads and decides, preflight.ts and out-of-scope.ts find obstacles, pending.ts
 * asks the engine for notifications that are not sent yet, switch.ts waits for a quiet moment and writes, and notes.ts finds
 * anomalies afterwards.
 */

import type { Gate } from '../../cluster/gate.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import { judge } from '../../files/judge.ts';
import { parseManifests } from '../../files/manifests.ts';
import { ServerClock } from '../../kubernetes/server-clock.ts';
import { givenConfiguration, readConfiguration } from '../configuration.ts';
import { openConnection, orUsageError } from '../connection.ts';
import { withEngine } from '../engine.ts';
import { readFiles } from '../judged-files.ts';
import {
  ARGOCD_NAMESPACE,
  inNamespace,
  type KnownConfiguration,
  knownConfiguration,
} from '../known-configuration.ts';
import { FindingsError, type ProcessIO, UsageError } from '../process-io.ts';
import { placeOfReason } from './file-places.ts';
import { readForeignConfig } from './foreign-config.ts';
import { type AdoptInput, adoptFully, inputFromCluster } from './input.ts';
import { inputFromFiles } from './input-from-files.ts';
import { adoptedFiles, asYaml, divided } from './manifests.ts';
import { nearMisses } from './near-misses.ts';
import type { AdoptOptions } from './options.ts';
import { printAdoption } from './output.ts';
import { dingTalkServices } from './robots.ts';
import { findArgocdNamespace } from './sources/argocd-namespace.ts';
import { subscribedApplications } from './subscribed-applications.ts';
import { takeOver } from './take-over.ts';
import { type AdoptReport, isComplete } from './text.ts';

/**
 * Prints or writes the custom resources, or switches to them.
 * @throws FindingsError if some configuration for DingTalk is not adopted, or the switch is refused
 * @throws UsageError if the options contradict each other, or if configuration, files or cluster can't be read
 */
export async function adopt(options: AdoptOptions, io: ProcessIO): Promise<void> {
  refuseContradictions(options);
  const start = options.file ? await fromFiles(options, options.file, io) : undefined;
  const known = start?.known ?? (await configurationOf(options, io));
  const namespace = options.namespace ?? known.config.target.namespace;
  const config = trusting(namespace, known);
  if (options.takeOver) return takeOver(options, namespace, config, io);
  const input = start?.input ?? (await fromCluster(options, config, io));
  await withEngine(io, async (_, gate) => {
    const report = await reportOn(input, namespace, config, gate, options);
    const { configMap, secret } = input;
    await printAdoption(report, {
      options,
      namespace,
      config,
      configMap,
      knowsSecret: secret !== undefined,
      io,
    });
    if (!isComplete(report)) throw new FindingsError();
  });
}

/** Argo CD is where the files say, unless the user says it. */
async function fromFiles({ config, argocdNamespace }: AdoptOptions, files: readonly string[], io: ProcessIO) {
  const given = givenConfiguration(config);
  const base = given ?? inNamespace(readConfiguration(undefined), argocdNamespace ?? ARGOCD_NAMESPACE);
  const isFixed = (given ?? argocdNamespace) !== undefined;
  const { input, namespace } = inputFromFiles(await readFiles(files, io), files, base, isFixed);
  const known = { config: given ?? inNamespace(base, namespace), knows: { settings: true, grants: true } };
  return { known, input };
}

async function configurationOf(options: AdoptOptions, io: ProcessIO): Promise<KnownConfiguration> {
  const given = givenConfiguration(options.config);
  if (given) return { config: given, knows: { settings: true, grants: true } };
  const connection = openConnection(options.kubeconfig, new ServerClock(Date.now));
  const { request } = connection;
  try {
    const { target } = readConfiguration(undefined);
    const argocdNamespace =
      options.argocdNamespace ?? (await orUsageError(() => findArgocdNamespace(request, target)));
    return await knownConfiguration(given, { argocdNamespace }, request, io, 'settings and grants');
  } finally {
    await connection.close();
  }
}

/**
 * Bodies become raw templates, and only a trusted namespace may have these. If the caller may not read the trusted namespaces, the operator
 * decides later.
 * @throws UsageError if the namespace is not trusted
 */
function trusting(namespace: string, { config, knows }: KnownConfiguration): OperatorConfiguration {
  const { tenancy } = config;
  if (tenancy.trustedNamespaces.includes(namespace)) return config;
  if (knows.settings && !knows.grants)
    return { ...config, tenancy: { ...tenancy, trustedNamespaces: [namespace] } };
  const trusted = tenancy.trustedNamespaces.join(', ') || 'none';
  throw new UsageError(
    `message bodies become raw Go templates, and namespace ${namespace} may not have these: choose a trusted namespace ` +
      `(${trusted}) by --namespace, or add ${namespace} to tenancy.trustedNamespaces of the configuration`,
  );
}

function refuseContradictions({ takeOver, file, outputDir, redact, wait }: AdoptOptions): void {
  if (takeOver && file) throw new UsageError('--take-over works on the cluster: leave out --file');
  if (takeOver && (outputDir !== undefined || redact))
    throw new UsageError('--take-over prints no manifests: leave out --output-dir and --redact');
  if (!/^\d{1,4}$/.test(wait)) throw new UsageError('--wait takes whole seconds, at most 9999');
}

async function fromCluster(
  { kubeconfig }: AdoptOptions,
  config: OperatorConfiguration,
  { stderr }: ProcessIO,
): Promise<AdoptInput> {
  const connection = openConnection(kubeconfig, new ServerClock(Date.now));
  try {
    const unseen = (message: string) => void stderr.write(`missing right: ${message}\n`);
    return await orUsageError(() => inputFromCluster(connection.request, config, unseen));
  } finally {
    await connection.close();
  }
}

/** The adoption, and the operator's findings on its custom resources in a cluster that has nothing else. */
async function reportOn(
  input: AdoptInput,
  namespace: string,
  config: OperatorConfiguration,
  gate: Gate,
  { splitBy }: AdoptOptions,
): Promise<AdoptReport> {
  const { adoption, outOfScope, owners } = await adoptFully(
    input,
    namespace,
    config,
    gate,
    splitBy && { by: splitBy, isApplied: false },
  );
  const { credentials, ...resources } = adoption.resources;
  const known = credentials.filter(({ webhook }) => webhook !== undefined);
  const files = adoptedFiles({ credentials: known, ...resources }, false);
  const now = new Date();
  const manifests = [...files].flatMap(([file, objects]) => parseManifests(asYaml(objects), file));
  const { findings } = await judge(manifests, config, gate, { now, serverTime: now });
  const { missing, existing } = divided(adoption.resources, input.existing);
  const foreign = readForeignConfig(input.configMap);
  const { placeOf } = input;
  const services = dingTalkServices(foreign, input.secret, config.dingtalk);
  return {
    adoption,
    outOfScope,
    owners,
    missing,
    existing,
    refused: findings.filter(({ accepted }) => !accepted),
    services: [...services.keys()].map((name) => foreign.serviceKeys.get(name) ?? name),
    nearMisses: nearMisses(input),
    ...(placeOf && { placeOf: (why: string) => placeOfReason(why, input.configMap.data, placeOf) }),
    ...(input.applications && {
      applications: subscribedApplications(adoption.resources, input.applications),
    }),
  };
}
