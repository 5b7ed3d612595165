/**
 * A problem of a resource that shows before the operator sees it. The API server or kubectl would refuse most of
 * them.
 */
export interface Violation {
  readonly reason: 'SchemaViolation' | 'UnsupportedField' | 'DuplicateResource';
  /** The path of the field, such as `spec.events[0].when`; empty for the resource as a whole. */
  readonly field: string;
  readonly message: string;
  /** The remedy. */
  readonly hint: string;
}

/** The path of a field of an object, or of a map's entry. */
export const fieldBelow = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
