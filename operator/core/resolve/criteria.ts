import type { ApplicationCriteria, LabelRequirement } from '../../api/types.generated.ts';
import { exprString, exprStringList } from '../../argocd/expr.ts';
import { IN_CLUSTER } from '../../argocd/in-cluster.ts';
import { nullSafe } from '../../message/catalogue/trigger.ts';
import { inOneOf, oneOf } from './access-condition.ts';

/** One criterion as an expr-lang condition. */
export interface CriterionClause {
  /** Path below `spec.applications`. */
  readonly field: string;
  readonly expression: string;
}

/**
 * The condition for the applications that a subscription is about: all criteria must hold, and any value of a criterion is
 * enough. It has all criteria, the label selector too, since an Application's own subscribe annotation bypasses everything
 * beside the trigger. Undefined for `all: true`.
 */
export function criteriaExpression(criteria: ApplicationCriteria): string | undefined {
  const clauses = criteriaClauses(criteria);
  return clauses.length === 0 ? undefined : clauses.map(({ expression }) => `(${expression})`).join(' and ');
}

/** The criteria one by one, all of which must hold. */
export function criteriaClauses(criteria: ApplicationCriteria): CriterionClause[] {
  const destination = nullSafe('spec.destination');
  const clauses: readonly (readonly [string, string | undefined])[] = [
    ['projects', anyOf(nullSafe('spec.project'), criteria.projects)],
    ['names', anyOf(nullSafe('metadata.name'), criteria.names)],
    ['namespaces', anyOf(nullSafe('metadata.namespace'), criteria.namespaces)],
    ['destinationNamespaces', anyOf(`${destination}?.namespace`, criteria.destinationNamespaces)],
    ['clusters', clusterClause(destination, criteria.clusters)],
    ...labelClauses(criteria),
  ];
  return clauses.flatMap(([field, expression]) => (expression === undefined ? [] : [{ field, expression }]));
}

function anyOf(value: string, patterns: readonly string[] | undefined): string | undefined {
  return patterns && oneOf(value, patterns).join(' or ');
}

/** A destination gives either the name or the server; Argo CD's own cluster has one of each. */
function clusterClause(destination: string, clusters: readonly string[] | undefined): string | undefined {
  if (!clusters) return undefined;
  const own: string[] = [IN_CLUSTER.name, IN_CLUSTER.server];
  const wanted = clusters.some((cluster) => own.includes(cluster))
    ? [...new Set([...clusters, ...own])]
    : clusters;
  return inOneOf(destination, wanted).join(' or ');
}

function labelClauses(criteria: ApplicationCriteria): [string, string][] {
  const { matchLabels = {}, matchExpressions = [] } = criteria.selector ?? {};
  return [
    ...Object.entries(matchLabels)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]): [string, string] => [
        `selector.matchLabels[${key}]`,
        `${label(key)} == ${exprString(value)}`,
      ]),
    ...matchExpressions.map((requirement, index): [string, string] => [
      `selector.matchExpressions[${index}]`,
      requirementClause(requirement),
    ]),
  ];
}

/** Means the same as a selector of Kubernetes: NotIn also holds where the label is absent. */
function requirementClause({ key, operator, values = [] }: LabelRequirement): string {
  switch (operator) {
    case 'In':
      return labelIn(key, values);
    case 'NotIn':
      return `not (${labelIn(key, values)})`;
    case 'Exists':
      return `${label(key)} != nil`;
    case 'DoesNotExist':
      return `${label(key)} == nil`;
  }
}

/** `in` takes nil for the empty text. Kubernetes does not take an absent label for one with an empty value. */
function labelIn(key: string, values: readonly string[]): string {
  const isIn = `${label(key)} in ${exprStringList(values)}`;
  return values.includes('') ? `${label(key)} != nil and ${isIn}` : isIn;
}

const label = (key: string): string => `${nullSafe('metadata.labels')}?.[${exprString(key)}]`;
