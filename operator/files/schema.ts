import { Ajv } from 'ajv';
import { crdSchemas } from '../api/crd-schemas.ts';

/** A rule of the CRD that a resource breaks. */
export interface SchemaViolation {
  readonly field: string;
  readonly message: string;
}

/**
 * What the API server would refuse by the CRD's schema. Its CEL rules are not among it: only an API server runs those.
 */
export async function schemaViolations(resource: { readonly kind: string }): Promise<SchemaViolation[]> {
  const crd = (await crdSchemas()).find(({ kind }) => kind === resource.kind);
  if (!crd) return [];
  const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(crd.schema);
  if (validate(resource)) return [];
  return (validate.errors ?? []).map(({ instancePath, message = 'is not valid' }) => ({
    field: instancePath
      .slice(1)
      .replaceAll(/\/(\d+)/g, '[$1]')
      .replaceAll('/', '.'),
    message,
  }));
}
