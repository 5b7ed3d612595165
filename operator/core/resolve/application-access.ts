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

/**
 * Gives the Applications that a namespace has access to, without the engine. The rule is that of `accessOf`, which gives it as
 * a condition for the engine; a property test compares the two.
 */
export function applicationAccess(
  snapshot: Pick<Snapshot, 'config' | 'projects'>,
  namespace: string,
): (application: PlacedApplication) => boolean {
  const { tenancy } = snapshot.config;
  if (tenancy.mode === 'open') return () => true;
  const granted = projectGrants(snapshot).of(namespace);
  const clusters = clusterGrants(snapshot).of(namespace);
  const isOneOf = (value: string | undefined, patterns: readonly string[]): boolean =>
    patterns.some((pattern) => globMatches(pattern, value ?? ''));
  return ({ metadata, spec }) => {
    const { name, server, namespace: target } = spec?.destination ?? {};
    const isInCluster = name === IN_CLUSTER.name || server === IN_CLUSTER.server;
    const deploysHere =
      tenancy.destinations === 'Trusted' &&
      target === namespace &&
      (isInCluster || isOneOf(name, clusters) || isOneOf(server, clusters));
    return metadata.namespace === namespace || deploysHere || isOneOf(spec?.project, granted);
  };
}
