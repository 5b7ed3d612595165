/** What is wrong with a resource before the operator sees it: most of it the API server or kubectl would refuse. */
export interface Violation {
  readonly reason: 'SchemaViolation' | 'UnsupportedField' | 'DuplicateResource';
  /** Its path, such as `spec.events[0].when`; empty for the resource as a whole. */
  readonly field: string;
  readonly message: string;
  /** What to do. */
  readonly hint: string;
}

/** The path of a field of an object, or of a map's entry. */
export const fieldBelow = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
