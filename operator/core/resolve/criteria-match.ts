import type { ApplicationCriteria } from '../../api/types.generated.ts';
import { IN_CLUSTER } from '../../argocd/in-cluster.ts';
import { type Labels, selectorMatches } from '../../kubernetes/label-selector.ts';
import { isOneOf, type PlacedApplication } from './application-access.ts';

/** The fields of an Application that criteria ask for. */
export interface DescribedApplication extends PlacedApplication {
  readonly metadata: PlacedApplication['metadata'] & {
    readonly name?: string;
    readonly labels?: Labels | null;
  };
}

/**
 * Whether an Application meets all criteria of a subscription, without the engine. The rule is that of `criteriaExpression`, which
 * gives it as a condition for the engine; a property test compares the two.
 */
export function meetsCriteria(
  criteria: ApplicationCriteria,
  { metadata, spec }: DescribedApplication,
): boolean {
  const { projects, names, namespaces, destinationNamespaces, clusters, selector } = criteria;
  const { name, server, namespace } = spec?.destination ?? {};
  const isAnyOf = (value: string | undefined, patterns: readonly string[] | undefined): boolean =>
    patterns === undefined || isOneOf(value, patterns);
  return (
    isAnyOf(spec?.project, projects) &&
    isAnyOf(metadata.name, names) &&
    isAnyOf(metadata.namespace, namespaces) &&
    isAnyOf(namespace, destinationNamespaces) &&
    (clusters === undefined || [name, server].some((each) => isOneOf(each, withBothNames(clusters)))) &&
    (selector === undefined || selectorMatches(selector, metadata.labels ?? {}))
  );
}

/** A destination gives either the name or the server; Argo CD's own cluster has one of each. */
function withBothNames(clusters: readonly string[]): readonly string[] {
  const own: readonly string[] = Object.values(IN_CLUSTER);
  return clusters.some((cluster) => own.includes(cluster)) ? [...clusters, ...own] : clusters;
}
