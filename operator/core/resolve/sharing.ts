import { objectKey } from '../../api/names.ts';
import type { SharedWith } from '../../api/types.generated.ts';
import { globMatches } from '../../lib/glob.ts';

/** A resource that subscriptions name, with its owner's consent to other namespaces. */
export interface Shareable {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: { readonly sharedWith?: SharedWith };
}

/** The reference of a subscription to a robot or a template. */
export interface Reference {
  readonly name: string;
  /** Default: the namespace of the subscription. */
  readonly namespace?: string;
}

/**
 * Whether subscriptions of a namespace may use the resource: those of its own namespace always, all others with the owner's
 * consent. The consent is that of the newest spec, even if that spec is refused.
 */
export function mayUse(namespace: string, { metadata, spec }: Shareable): boolean {
  if (metadata.namespace === namespace) return true;
  // A malformed consent must not break the subscriptions that name the resource.
  const patterns: unknown = spec?.sharedWith?.namespaces;
  return Array.isArray(patterns) && patterns.some((pattern) => globMatches(`${pattern}`, namespace));
}

/** The `objectKey` of the resource that a subscription of the namespace names. */
export const referenceKey = (namespace: string, reference: Reference): string =>
  objectKey(reference.namespace ?? namespace, reference.name);

/** The name of a resource in messages to a namespace: `namespace/name` for a resource of another namespace. */
export const nameFor = (namespace: string, reference: Reference): string =>
  (reference.namespace ?? namespace) === namespace ? reference.name : referenceKey(namespace, reference);

/**
 * Says that there is no resource that the namespace may use. For a resource of another namespace, the text does not depend on
 * whether the resource does not exist or is not shared. It is the same, byte for byte: a difference would reveal resources of
 * others.
 * @param path of the reference
 */
export function notThere(kind: string, namespace: string, reference: Reference, path: string): string {
  const { name, namespace: owner = namespace } = reference;
  if (owner === namespace) return `${path}.name: there is no ${kind} ${name} in namespace ${namespace}.`;
  return (
    `${path}.name: namespace ${owner} shares no ${kind} ${name} with namespace ${namespace}. Either the ${kind} does not ` +
    `exist, or its spec.sharedWith.namespaces does not list ${namespace}.`
  );
}
