import { objectKey } from '../../api/names.ts';
import { projectOf } from '../../cluster/access.ts';
import { askUntilAnswered } from '../../cluster/ask-until-answered.ts';
import type { Gate } from '../../cluster/gate.ts';
import { liveConfigMap } from '../../cluster/live-object.ts';
import { readObject } from '../../cluster/target-reader.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import { Inquiry } from '../../core/model/inquiry.ts';
import type { LiveObject } from '../../core/model/snapshot.ts';
import { foreignFindings } from '../../core/others/foreign.ts';
import { givenConfigMap, givenCredentials } from '../../files/given.ts';
import type { Manifest } from '../../files/manifests.ts';
import type { ApiCall } from '../../kubernetes/request.ts';
import { UsageError } from '../process-io.ts';
import { type Adoption, adoptionOf } from './adoption.ts';
import { type AdoptionState, readAdoptionState } from './adoption-reader.ts';
import { outOfScope } from './out-of-scope.ts';
import { applicationFinder, type SubscriberScope } from './scope.ts';
import { NO_TEAMS, type SplitBy, teamsBy, withGrants } from './teams.ts';

/** Conditions of a trigger are read one after the other. Each raises at most six questions, one after the other. */
const MAX_ROUNDS = 1_000;

/** The configuration to adopt, from a cluster or from files. */
export interface AdoptInput extends AdoptionState {
  readonly configMap: LiveObject;
}

/**
 * Reads it from a cluster.
 * @throws UsageError if there is no ConfigMap
 */
export async function inputFromCluster(
  request: ApiCall,
  { target }: OperatorConfiguration,
  unseen: (message: string) => void,
): Promise<AdoptInput> {
  const { namespace, configMap: name } = target;
  const [object, state] = await Promise.all([
    readObject(request, { version: 'v1', plural: 'configmaps', namespace, name }),
    readAdoptionState(request, target, unseen),
  ]);
  const configMap = liveConfigMap(object);
  if (!configMap) throw new UsageError(`there is no ConfigMap ${namespace}/${name}: nothing to adopt`);
  return { ...state, configMap };
}

/**
 * Takes it from files. Applications and AppProjects among them may subscribe by annotation.
 * @throws UsageError if the ConfigMap is not among them
 */
export function inputFromFiles(
  manifests: readonly Manifest[],
  files: readonly string[],
  { target }: OperatorConfiguration,
): AdoptInput {
  const { namespace, configMap: name, secret } = target;
  const data = givenConfigMap(manifests, namespace, name);
  if (!data) throw new UsageError(`${files.join(', ')}: no ConfigMap ${namespace}/${name} found`);
  const found = new Map(givenCredentials(manifests, namespace)).get(objectKey(namespace, secret));
  const ofKind = <T>(kind: string): T[] =>
    manifests.flatMap(({ value }) => ((value as { kind?: string }).kind === kind ? [value as T] : []));
  return {
    configMap: { uid: 'files', resourceVersion: '1', data, owned: new Set(), managers: [], owners: [] },
    secret: found?.state === 'found' ? found.data : undefined,
    applications: ofKind('Application'),
    projects: ofKind('AppProject'),
    applicationSets: ofKind('ApplicationSet'),
    existing: [],
  };
}

/** How resources are given to teams, and whether the teams have their grants already. */
export interface Split {
  readonly by: SplitBy;
  readonly isApplied: boolean;
}

/**
 * Finds the parts that can be adopted, and the Applications that the switch would lose. The engine checks every condition and body.
 * @throws UsageError if the engine refuses the present configuration, or gives no answer
 */
export async function adoptFully(
  { configMap, secret, applications: given = [], projects = [], applicationSets = [], existing }: AdoptInput,
  namespace: string,
  config: OperatorConfiguration,
  gate: Gate,
  split?: Split,
): Promise<{ readonly adoption: Adoption; readonly outOfScope: readonly string[] }> {
  const { target } = config;
  const applications = placed(given, target.namespace);
  const granting = projects.filter(
    (each) => (each.metadata.namespace ?? target.namespace) === target.namespace,
  );
  const access = { config, projects: granting.map(projectOf) };
  const find = applicationFinder(applications);
  const teams = split ? teamsBy(split.by, { ...access, find }) : NO_TEAMS;
  const objects = { applications, projects, applicationSets };
  const surroundings = {
    objects,
    home: target.namespace,
    namespace,
    teams,
    existing,
    rules: config.dingtalk,
  };
  const input = { configMap, secret, ...surroundings };
  const attempt = () => {
    const inquiry = new Inquiry(gate.answers);
    const broken = foreignFindings({ configMap }, config.target, inquiry);
    if (broken.length > 0) throw new UsageError(broken.map(({ message }) => message).join('\n'));
    // Nothing is translated before the engine has read the configuration.
    const result = inquiry.open.size === 0 ? adoptionOf(input, inquiry) : undefined;
    return { result, open: inquiry.open };
  };
  const { result: adoption, round } = await askUntilAnswered(
    attempt,
    (open) => gate.answer(open),
    MAX_ROUNDS,
  );
  if (!adoption || round !== 'answered')
    throw new UsageError("Argo CD's engine could not check the configuration");
  const namespaceOf = (scope: SubscriberScope): string => teams.namespaceOf(scope) ?? namespace;
  const granted = split?.isApplied ? access.projects : withGrants(access.projects, adoption.grants);
  const lost = outOfScope(applications, adoption.deliveries, namespaceOf, { config, projects: granted });
  return { adoption, outOfScope: lost };
}

/** Applications of files may have no namespace: then they are in Argo CD's, where they are by default. */
const placed = <T extends { readonly metadata: { readonly namespace?: string } }>(
  applications: readonly T[],
  namespace: string,
): T[] =>
  applications.map((each) => ({
    ...each,
    metadata: { ...each.metadata, namespace: each.metadata.namespace ?? namespace },
  }));
