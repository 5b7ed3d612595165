import type { ApplicationCriteria, LabelRequirement } from '../api/types.generated.ts';

/**
 * A subscription's label selector in the syntax of an entry of Argo CD's `subscriptions`; undefined if it has none. It says
 * the same as the clauses of the condition, but spares Argo CD's controller the condition: for an Application that the entry
 * does not select, no trigger of it is looked at.
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/labels/selector.go (`Parse`)
 */
export function labelSelector({ selector }: ApplicationCriteria): string | undefined {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  const requirements = [
    ...Object.entries(matchLabels)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      // Nothing behind = is the empty value; quotes do not exist.
      .map(([key, value]) => `${key}=${value}`),
    ...matchExpressions.map(requirement),
  ];
  return requirements.length === 0 ? undefined : requirements.join(',');
}

function requirement({ key, operator, values = [] }: LabelRequirement): string {
  switch (operator) {
    case 'In':
      return `${key} in (${list(values)})`;
    case 'NotIn':
      return `${key} notin (${list(values)})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
  }
}

/** The empty value is read between any two commas, before the first and behind the last one; sorted, it comes first. */
const list = (values: readonly string[]): string => [...new Set(values)].sort().join(',');
