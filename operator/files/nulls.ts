import type { Schema } from '../api/crd-files.ts';
import { own } from '../lib/own.ts';

/**
 * The value without the fields that are null, as the API server stores it: `suspend:` with nothing behind it is as good
 * as absent. What the schema does not know, and items of lists, stay as they are
 * (https://github.com/kubernetes/kubernetes/blob/v1.36.0/staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting/prunenulls.go).
 */
export function withoutNulls(value: unknown, schema: Schema | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, schema?.items));
  if (value === null || typeof value !== 'object') return value;
  const schemaOf = (name: string): Schema | undefined =>
    own(schema?.properties, name) ?? schema?.additionalProperties;
  const entries = Object.entries(value).filter(
    ([name, inner]) => inner !== null || schemaOf(name) === undefined,
  );
  return Object.fromEntries(entries.map(([name, inner]) => [name, withoutNulls(inner, schemaOf(name))]));
}
