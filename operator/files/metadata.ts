import type { Violation } from './violation.ts';

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const MAX_NAME_LENGTH = 253;

/** What Kubernetes itself demands of a resource's name and namespace; a CRD does not say it. */
export function metadataViolations(resource: {
  readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown };
}): Violation[] {
  const { name, namespace } = resource.metadata ?? {};
  const fields = { 'metadata.name': name, 'metadata.namespace': namespace };
  return Object.entries(fields).flatMap(([field, value]): Violation[] => {
    if (typeof value === 'string' && NAME.test(value) && value.length <= MAX_NAME_LENGTH) return [];
    const message =
      value === '' || value === undefined
        ? 'required value is missing'
        : `${JSON.stringify(value)} is not a name that Kubernetes accepts`;
    const hint = "Write a name that consists of lower case letters a-z, digits and, between them, '-'.";
    return [{ reason: 'SchemaViolation', field, message, hint }];
  });
}
