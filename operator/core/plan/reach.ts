import { globMatches, isGlob } from '../../lib/glob.ts';
import type { ResolvedSubscription } from '../model/resolved.ts';

/** What an application has exactly one of, so that two subscriptions with different values never meet on one. */
export type Dimension = 'name' | 'destination namespace' | 'project' | 'namespace';

/**
 * Which applications a subscription can hear of, as far as that is certain without knowing any: a selector or a pattern
 * can match whatever is labelled or named tomorrow.
 */
export interface Reach {
  /** Of the subscription: it hears of the applications that live in it or deploy to it. */
  readonly namespace: string;
  /** Projects that it hears of by a grant, wherever their applications are; a pattern where the grant is one. */
  readonly granted: readonly string[];
  /** By what it is told apart from others, if by anything. */
  readonly dimension?: { readonly name: Dimension; readonly values: readonly string[] };
}

/** The reach of a subscription's newest generation. */
export function reachOf({ cr, granted }: ResolvedSubscription): Reach {
  const { projects, names, namespaces, destinationNamespaces } = cr.spec.applications;
  // The one that tells most apart comes first.
  const dimensions: readonly (readonly [Dimension, readonly string[] | undefined])[] = [
    ['name', names],
    ['destination namespace', destinationNamespaces],
    ['project', projects],
    ['namespace', namespaces],
  ];
  const [name, values] = dimensions.find(([, each]) => isExact(each)) ?? [];
  return {
    namespace: cr.metadata.namespace,
    granted: isExact(projects)
      ? [...new Set(projects)].filter((project) => granted.some((pattern) => globMatches(pattern, project)))
      : granted,
    ...(name && values && { dimension: { name, values: [...new Set(values)] } }),
  };
}

/** The reach of a version of which only the access is known: all that its namespace may hear of. */
export function widestReach({ cr, granted }: ResolvedSubscription): Reach {
  return { namespace: cr.metadata.namespace, granted };
}

const isExact = (values: readonly string[] | undefined): values is readonly string[] =>
  values !== undefined && !values.some(isGlob);
