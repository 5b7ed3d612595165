import {
  API_VERSION,
  type DingTalkRobot,
  KINDS,
  type NotificationSubscription,
  type NotificationTemplate,
} from '../api/kinds.ts';
import { CONTEXT_KEY } from '../argocd/names.ts';
import { shortHash } from '../argocd/provenance.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import type { Snapshot } from '../core/model/snapshot.ts';
import { assumedCredentials, givenConfigMap, givenCredentials } from './given.ts';
import { forAsking, givenNamespaces, givenProjects } from './given-access.ts';
import type { LoadedResource } from './loaded-resource.ts';
import type { Manifest } from './manifests.ts';

/**
 * The operator's custom resources among the manifests. A manifest without a namespace belongs to `defaultNamespace`.
 */
export function loadResources(manifests: readonly Manifest[], defaultNamespace: string): LoadedResource[] {
  const kinds: string[] = Object.values(KINDS).map(({ kind }) => kind);
  return manifests.flatMap((manifest) => {
    const value = manifest.value as Partial<DingTalkRobot>;
    if (value.apiVersion !== API_VERSION || !kinds.includes(value.kind ?? '')) return [];
    const { name = '', namespace = defaultNamespace } = value.metadata ?? {};
    const metadata = {
      uid: shortHash(`${value.kind}/${namespace}/${name}`),
      generation: 1,
      resourceVersion: '1',
      creationTimestamp: '1970-01-01T00:00:00Z',
      ...value.metadata,
      name,
      namespace,
    };
    return [{ manifest, resource: { ...value, metadata } as LoadedResource['resource'] }];
  });
}

/** The two clocks of a {@link Snapshot}. */
export type CommandClocks = Pick<Snapshot, 'now' | 'serverTime'>;

/**
 * The snapshot of a cluster that has these manifests and nothing else. Credentials that are not among the manifests
 * count as right, since they are rarely kept in files. The labels of Namespaces count as right, too. If the target is
 * among the manifests, only its `context` counts: its other keys have no effect on these resources.
 */
export function snapshotOf(
  loaded: readonly LoadedResource[],
  manifests: readonly Manifest[],
  config: OperatorConfiguration,
  clocks: CommandClocks,
): Snapshot {
  const of = <T>(kind: string): T[] =>
    loaded.filter(({ resource }) => resource.kind === kind).map(({ resource }) => resource as T);
  const robots = of<DingTalkRobot>(KINDS.robot.kind);
  const empty = {
    uid: 'files',
    resourceVersion: '1',
    data: {},
    owned: new Set<string>(),
    managers: [],
    owners: [],
  };
  const { namespace, configMap } = config.target;
  const context = givenConfigMap(manifests, namespace, configMap)?.[CONTEXT_KEY];
  return forAsking({
    ...clocks,
    config,
    robots,
    templates: of<NotificationTemplate>(KINDS.template.kind),
    subscriptions: of<NotificationSubscription>(KINDS.subscription.kind),
    namespaces: givenNamespaces(manifests),
    projects: givenProjects(manifests, namespace),
    credentials: new Map([...assumedCredentials(robots), ...givenCredentials(manifests, 'default')]),
    target: {
      configMap: { ...empty, data: context === undefined ? {} : { [CONTEXT_KEY]: context } },
      secret: empty,
    },
    argocdUrl: givenConfigMap(manifests, namespace, config.argocd.configMap)?.url,
    deliveries: new Map(),
    answers: new Map(),
  });
}
