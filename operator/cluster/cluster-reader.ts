import { randomBytes } from 'node:crypto';
import {
  type DingTalkRobot,
  GROUP,
  KINDS,
  type NotificationSubscription,
  type NotificationTemplate,
  VERSION,
} from '../api/kinds.ts';
import type { RelayRoute } from '../api/relay-route.ts';
import type { OperatorConfiguration } from '../config/config.ts';
import type { Snapshot } from '../core/model/snapshot.ts';
import { ForbiddenError, NotFoundError } from '../kubernetes/api-error.ts';
import { listAll, listResource } from '../kubernetes/list.ts';
import type { AnnotatedObject, KubernetesObject } from '../kubernetes/objects.ts';
import { type ResourceAddress, resourcePath } from '../kubernetes/paths.ts';
import type { ApiCall } from '../kubernetes/request.ts';
import { redactError } from '../lib/redact.ts';
import { labelsByName, projectOf } from './access.ts';
import { liveConfigMap, liveSecret } from './live-object.ts';
import { APP_PROJECTS, liveProjects } from './projects.ts';
import { makeCapability, RELAY_ROUTES, routesByName } from './relay-routes.ts';
import { readObject } from './target-reader.ts';

/** The objects that a command may not see, in a sentence each. */
export type Unseen = (message: string) => void;

/** The input of a decision from a cluster, except for credentials. */
export type ClusterState = Pick<
  Snapshot,
  'robots' | 'templates' | 'subscriptions' | 'namespaces' | 'projects' | 'target' | 'argocdUrl' | 'relay'
>;

/**
 * Reads once the objects that the operator would watch. The target Secret, argocd-cm, Namespaces and AppProjects
 * count as empty or absent where the caller may not read them.
 * @throws ForbiddenError if the caller may not list the custom resources or read the target ConfigMap, or any other
 *   error of a request
 */
export async function readCluster(
  request: ApiCall,
  config: OperatorConfiguration,
  unseen: Unseen,
): Promise<ClusterState> {
  const { target, argocd } = config;
  const { namespace } = target;
  const custom = <T extends KubernetesObject>({ plural }: { plural: string }) =>
    listEvery<T>(request, { group: GROUP, version: VERSION, plural });
  const read = (plural: string, name: string) =>
    readObject(request, { version: 'v1', plural, namespace, name });
  const [robots, templates, subscriptions, access, configMap, secret, argocdConfigMap, relay] =
    await Promise.all([
      custom<DingTalkRobot>(KINDS.robot),
      custom<NotificationTemplate>(KINDS.template),
      custom<NotificationSubscription>(KINDS.subscription),
      readAccess(request, config, unseen),
      read('configmaps', target.configMap),
      orUnseen(read('secrets', target.secret), unseen),
      orUnseen(read('configmaps', argocd.configMap), unseen),
      readRelay(request, config, unseen),
    ]);
  return {
    robots,
    templates,
    subscriptions,
    ...access.rules,
    target: { configMap: liveConfigMap(configMap), secret: liveSecret(secret), ...access.routes },
    argocdUrl: argocdConfigMap?.data?.url,
    ...relay.inputs,
  };
}

/**
 * The objects that decide the rights of namespaces, and the AppProjects as targets where subscriptions are routed by
 * them.
 */
export async function readAccess(
  request: ApiCall,
  { target: { namespace }, routing }: OperatorConfiguration,
  unseen: Unseen,
): Promise<{
  readonly rules: Pick<Snapshot, 'namespaces' | 'projects'>;
  readonly routes: Pick<Snapshot['target'], 'projects'>;
  /** Whether the caller may read the grants on AppProjects. */
  readonly seesProjects: boolean;
}> {
  const [namespaces = [], seenProjects] = await Promise.all([
    orUnseen(listEvery<AnnotatedObject>(request, { version: 'v1', plural: 'namespaces' }), unseen),
    orUnseen(orNone(listEvery<AnnotatedObject>(request, { ...APP_PROJECTS, namespace })), unseen),
  ]);
  const projects = seenProjects ?? [];
  return {
    seesProjects: seenProjects !== undefined,
    rules: { namespaces: labelsByName(namespaces), projects: projects.map(projectOf) },
    routes: routing.projects === 'Annotation' ? { projects: liveProjects(projects) } : {},
  };
}

/**
 * The RelayRoutes, if the installation has a relay.
 * @throws any error of a request except for a missing right
 */
export async function readRelay(
  request: ApiCall,
  { target, relay }: OperatorConfiguration,
  unseen: Unseen,
): Promise<{
  readonly inputs: Pick<Snapshot, 'relay'>;
  /** Whether the caller may read the routes. */
  readonly seesRoutes: boolean;
}> {
  if (relay.url === undefined) return { inputs: {}, seesRoutes: true };
  const routes = await orUnseen(readRoutes(request, target.namespace), unseen);
  const newCapability = makeCapability(randomBytes);
  return {
    inputs: { relay: { routes: routesByName(routes ?? []), newCapability } },
    seesRoutes: routes !== undefined,
  };
}

/**
 * Lists the RelayRoutes of a namespace. There are none where the cluster does not have the kind.
 * @throws ForbiddenError or any other error of a request
 */
export const readRoutes = (request: ApiCall, namespace: string): Promise<readonly RelayRoute[]> =>
  orNone(listEvery<RelayRoute>(request, { ...RELAY_ROUTES, namespace }));

/**
 * Argo CD's Applications in all namespaces; undefined where the caller may not list them, or Argo CD is not
 * installed.
 * @throws any other error of a request
 */
export function readApplications(
  request: ApiCall,
  unseen: Unseen,
): Promise<readonly KubernetesObject[] | undefined> {
  const address = { group: 'argoproj.io', version: 'v1alpha1', plural: 'applications' };
  return orUnseen(listEvery(request, address), unseen);
}

/** Lists a collection, in all namespaces if the address names none. */
export async function listEvery<T extends KubernetesObject>(
  request: ApiCall,
  address: ResourceAddress,
): Promise<readonly T[]> {
  const list = listResource<T>(request, resourcePath(address));
  const { items } = await listAll(list, undefined, new AbortController().signal, () => undefined);
  return items;
}

/** Empty for a kind that does not exist. */
export async function orNone<T>(reading: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof NotFoundError) return [];
    throw error;
  }
}

/** The result of a read; undefined where the caller has no right, which is then reported. */
export async function orUnseen<T>(reading: Promise<T>, unseen: Unseen): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (!(error instanceof ForbiddenError)) throw error;
    unseen(redactError(error));
    return undefined;
  }
}
