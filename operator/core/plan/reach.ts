import { globMatches, isGlob } from '../../lib/glob.ts';
import type { ResolvedSubscription } from '../model/resolved.ts';

/** A property with one value for each application, so subscriptions with different values never meet on an application. */
export type Dimension = 'name' | 'destination namespace' | 'project' | 'namespace';

/**
 * The applications that a subscription can be about, as far as that is certain whatever applications there are: a selector or a
 * pattern can match any application of tomorrow.
 */
export interface Reach {
  /** The namespace of the subscription. Applications that live in it or deploy to it are within reach. */
  readonly namespace: string;
  /** Granted projects, whose applications are within reach wherever they are; a pattern where the grant is one. */
  readonly granted: readonly string[];
  /** The values that separate the reach from others, if there are any. */
  readonly dimension?: { readonly name: Dimension; readonly values: readonly string[] };
}

/** The reach of a subscription's newest generation. */
export function reachOf({ cr, granted }: ResolvedSubscription): Reach {
  const { projects, names, namespaces, destinationNamespaces } = cr.spec.applications;
  // The dimension that tells most subscriptions apart comes first.
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

/** The reach of a version of which only the access is known: all applications that its namespace has access to. */
export function widestReach({ cr, granted }: ResolvedSubscription): Reach {
  return { namespace: cr.metadata.namespace, granted };
}

const isExact = (values: readonly string[] | undefined): values is readonly string[] =>
  values !== undefined && !values.some(isGlob);
