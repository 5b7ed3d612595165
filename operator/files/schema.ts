import { Ajv, type ValidateFunction } from 'ajv';
import { crdSchemas } from '../api/crd-schemas.ts';

/** A rule of the CRD that a resource breaks. */
export interface SchemaViolation {
  readonly field: string;
  readonly message: string;
}

/** The schemas of our CRDs, read and compiled once for any number of resources. */
export type SchemaValidators = ReadonlyMap<string, ValidateFunction>;

/** By kind. */
export async function schemaValidators(): Promise<SchemaValidators> {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  return new Map((await crdSchemas()).map(({ kind, schema }) => [kind, ajv.compile(schema)]));
}

/**
 * What the API server would refuse by the CRD's schema. Its CEL rules are not among it: only an API server runs those.
 */
export function schemaViolations(
  resource: { readonly kind: string },
  validators: SchemaValidators,
): SchemaViolation[] {
  const validate = validators.get(resource.kind);
  if (!validate || validate(resource)) return [];
  return (validate.errors ?? []).map(({ instancePath, message = 'is not valid' }) => ({
    field: instancePath
      .slice(1)
      .replaceAll(/\/(\d+)/g, '[$1]')
      .replaceAll('/', '.'),
    message,
  }));
}
