/** Something in a resource that the API server, or kubectl before it, would refuse by the CRD alone. */
export interface Violation {
  readonly reason: 'SchemaViolation' | 'UnsupportedField';
  /** Its path, such as `spec.events[0].when`; empty for the resource as a whole. */
  readonly field: string;
  readonly message: string;
  /** What to do. */
  readonly hint: string;
}

/** The path of a field of an object, or of a map's entry. */
export const fieldBelow = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
