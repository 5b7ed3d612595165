import { projectOf } from '../../cluster/access.ts';
import { askUntilAnswered } from '../../cluster/ask-until-answered.ts';
import type { Gate } from '../../cluster/gate.ts';
import { liveConfigMap } from '../../cluster/live-object.ts';
import { readObject } from '../../cluster/target-reader.ts';
import type { OperatorConfiguration } from '../../config/config.ts';
import { Inquiry } from '../../core/model/inquiry.ts';
import type { LiveObject } from '../../core/model/snapshot.ts';
import type { ApiCall } from '../../kubernetes/request.ts';
import { UsageError } from '../process-io.ts';
import { type Adoption, adoptionOf } from './adoption.ts';
import { type AdoptionState, readAdoptionState } from './adoption-reader.ts';
import type { PlaceOfKey } from './file-places.ts';
import { outOfScope } from './out-of-scope.ts';
import { refusedConfigText, refusedKeys } from './refused-config.ts';
import { applicationFinder, type SubscriberScope } from './scope.ts';
import { namesakes } from './sources/argocd-namespace.ts';
import { legacyProblems, legacyText } from './sources/legacy.ts';
import { readConfigurations } from './sources/notifications-configurations.ts';
import { factsOf, type OwnerFacts } from './sources/owner-facts.ts';
import type { ConfigurationOwner } from './sources/owners.ts';
import { ownersAfter } from './sources/owners-after.ts';
import { type ConfigurationSource, neighbourNote } from './sources/source.ts';
import { NO_TEAMS, type SplitBy, teamsBy, withGrants } from './teams.ts';

/** Conditions of a trigger are read one after the other. Each raises at most six questions, one after the other. */
const MAX_ROUNDS = 1_000;

/** The configuration to adopt, from a cluster or from files. */
export interface AdoptInput extends AdoptionState {
  readonly configMap: LiveObject;
  readonly facts: OwnerFacts;
  /** The files that have the configuration, if it is from files. */
  readonly sources: readonly ConfigurationSource[];
  /** What a person should know beside the decisions. */
  readonly notes: readonly string[];
  /** Absent for a cluster, which has no lines. */
  readonly placeOf?: PlaceOfKey;
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
  const [object, state, configurations, others] = await Promise.all([
    readObject(request, { version: 'v1', plural: 'configmaps', namespace, name }),
    readAdoptionState(request, target, unseen),
    readConfigurations(request, namespace),
    namesakes(request, name),
  ]);
  const configMap = liveConfigMap(object);
  if (!configMap) throw new UsageError(`there is no ConfigMap ${namespace}/${name}: nothing to adopt`);
  const neighbours = (others ?? []).map(({ metadata }) => metadata.namespace ?? '');
  return {
    ...state,
    configMap,
    facts: factsOf(object, configurations),
    sources: [],
    notes: neighbours.filter((each) => each !== namespace).map((each) => neighbourNote(each, target)),
  };
}

/** How resources are given to teams, and whether the teams have their grants already. */
export interface Split {
  readonly by: SplitBy;
  readonly isApplied: boolean;
}

/** An adoption, and what is beside it. */
export interface FullAdoption {
  readonly adoption: Adoption;
  /** Applications that the switch would lose. */
  readonly outOfScope: readonly string[];
  /** The tools and files that bring the old configuration back. */
  readonly owners: readonly ConfigurationOwner[];
}

/**
 * Finds the parts that can be adopted, and the Applications that the switch would lose. The engine checks every condition and body.
 * @throws UsageError if the engine refuses the present configuration, or gives no answer
 */
export async function adoptFully(
  given: AdoptInput,
  namespace: string,
  config: OperatorConfiguration,
  gate: Gate,
  split?: Split,
): Promise<FullAdoption> {
  const { configMap, secret, projects = [], applicationSets = [], existing, placeOf } = given;
  const legacy = legacyProblems(configMap.data, secret, config.dingtalk);
  if (legacy.length > 0) throw new UsageError(legacyText(legacy));
  const { target } = config;
  const applications = placed(given.applications ?? [], target.namespace);
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
    const broken = refusedKeys(configMap, inquiry);
    if (broken.length > 0 && inquiry.open.size === 0)
      throw new UsageError(
        refusedConfigText(
          broken,
          `ConfigMap ${target.namespace}/${target.configMap}`,
          configMap.data,
          placeOf,
        ),
      );
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
  return {
    adoption: { ...adoption, notes: [...adoption.notes, ...given.notes] },
    outOfScope: outOfScope(applications, adoption.deliveries, namespaceOf, { config, projects: granted }),
    owners: ownersAfter(adoption, given),
  };
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
