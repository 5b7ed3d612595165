import { objectKey } from '../../api/names.ts';
import type { SharedWith } from '../../api/types.generated.ts';
import { globMatches } from '../../lib/glob.ts';

/** A resource that subscriptions name, with what its owner says of who else may. */
export interface Shareable {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: { readonly sharedWith?: SharedWith };
}

/** How a subscription names a robot or a template. */
export interface Reference {
  readonly name: string;
  /** Absent, the subscription's own. */
  readonly namespace?: string;
}

/**
 * Whether subscriptions of a namespace may use the resource: those of its own always, all others by the owner's consent.
 * It is that of the newest spec, also where this one is refused.
 */
export function mayUse(namespace: string, { metadata, spec }: Shareable): boolean {
  if (metadata.namespace === namespace) return true;
  // Whoever names it must not suffer from the form in which its owner has it stored.
  const patterns: unknown = spec?.sharedWith?.namespaces;
  return Array.isArray(patterns) && patterns.some((pattern) => globMatches(`${pattern}`, namespace));
}

/** The `objectKey` of what a subscription of the namespace names. */
export const referenceKey = (namespace: string, reference: Reference): string =>
  objectKey(reference.namespace ?? namespace, reference.name);

/** How messages to a namespace call a resource: by name, and by `namespace/name` if it is somebody else's. */
export const nameFor = (namespace: string, reference: Reference): string =>
  (reference.namespace ?? namespace) === namespace ? reference.name : referenceKey(namespace, reference);

/**
 * Says that there is nothing that the namespace may use. Of another namespace, whether the resource does not exist or is
 * not shared must not be told apart by a single byte: it would reveal what others have.
 * @param path of the reference
 */
export function notThere(kind: string, namespace: string, reference: Reference, path: string): string {
  const { name, namespace: owner = namespace } = reference;
  if (owner === namespace) return `${path}.name: there is no ${kind} ${name} in namespace ${namespace}.`;
  return (
    `${path}.name: namespace ${owner} shares no ${kind} ${name} with namespace ${namespace}: there is none, or its owner's ` +
    `spec.sharedWith.namespaces does not list ${namespace}.`
  );
}
