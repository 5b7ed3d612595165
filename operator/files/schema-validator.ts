import { Ajv, type ValidateFunction } from 'ajv';
import type { Schema } from '../api/crd-files.ts';
import type { CustomKind } from '../api/kinds.ts';

/**
 * For few resources and one run. A check of the CRDs themselves and an optimisation of ajv's code would take three
 * times as long as all the rest. A test checks the CRDs.
 */
const QUICK = { meta: false, validateSchema: false, code: { optimize: false, source: true } } as const;

/** The OpenAPI part of a CRD's schema, compiled, and the compiler, which knows the code. */
export function compileValidator(schema: Schema): {
  readonly ajv: Ajv;
  readonly validator: ValidateFunction;
} {
  const ajv = new Ajv({ ...QUICK, strict: false, allErrors: true, verbose: true, validateFormats: false });
  return { ajv, validator: ajv.compile(withSets(schema)) };
}

/** The check of a kind by its schema. The bundle has the compiled code inside (operator/bundle/early-work.ts). */
export const schemaValidator = (_kind: CustomKind, schema: Schema): ValidateFunction =>
  compileValidator(schema).validator;

/** The schema with Kubernetes' lists of type set in the words of JSON Schema. */
function withSets<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map(withSets) as T;
  if (schema === null || typeof schema !== 'object') return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([name, inner]) => [name, withSets(inner)]));
  return (copy['x-kubernetes-list-type'] === 'set' ? { ...copy, uniqueItems: true } : copy) as T;
}
