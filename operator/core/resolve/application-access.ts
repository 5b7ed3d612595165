import { IN_CLUSTER } from '../../argocd/in-cluster.ts';
import { globMatches } from '../../lib/glob.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { clusterGrants, projectGrants } from './grants.ts';

/** The fields of an Application that the access depends on, as the API server has them: any field may be absent. */
export interface PlacedApplication {
  readonly metadata: { readonly namespace?: string };
  readonly spec?: {
    readonly project?: string;
    readonly destination?: {
      readonly namespace?: string;
      readonly server?: string;
      readonly name?: string;
    } | null;
  } | null;
}

/** The grants of a namespace, as lists. */
export interface NamespaceGrants {
  readonly namespace: string;
  /** Whether it has access to all Applications. */
  readonly open: boolean;
  /** AppProjects, as patterns. */
  readonly projects: readonly string[];
  /** Clusters, as patterns, where deployments to the namespace give access, beside Argo CD's own; absent if no deployment does. */
  readonly clusters?: readonly string[];
}

/**
 * Gives the Applications that a namespace has access to, without the engine. The rule is that of `accessOf`, which gives it as
 * a condition for the engine; a property test compares the two.
 */
export function applicationAccess(
  snapshot: Pick<Snapshot, 'config' | 'projects'>,
  namespace: string,
): (application: PlacedApplication) => boolean {
  const { mode, destinations } = snapshot.config.tenancy;
  const open = mode === 'open';
  const grants: NamespaceGrants = {
    namespace,
    open,
    projects: open ? [] : projectGrants(snapshot).of(namespace),
    ...(!open && destinations === 'Trusted' && { clusters: clusterGrants(snapshot).of(namespace) }),
  };
  return (application) => isGranted(grants, application);
}

/** Whether a namespace with these grants has access to an Application. */
export function isGranted(
  { namespace, open, projects, clusters }: NamespaceGrants,
  { metadata, spec }: PlacedApplication,
): boolean {
  if (open || metadata.namespace === namespace || isOneOf(spec?.project, projects)) return true;
  const { name, server, namespace: target } = spec?.destination ?? {};
  if (clusters === undefined || target !== namespace) return false;
  const isInCluster = name === IN_CLUSTER.name || server === IN_CLUSTER.server;
  return isInCluster || isOneOf(name, clusters) || isOneOf(server, clusters);
}

/** The rule of `oneOf`, which gives it as conditions. */
export const isOneOf = (value: string | undefined, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => globMatches(pattern, value ?? ''));
