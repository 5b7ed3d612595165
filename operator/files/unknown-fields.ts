import type { Schema } from '../api/crd-files.ts';
import { closest } from '../lib/closest.ts';
import { own } from '../lib/own.ts';
import { fieldBelow, type Violation } from './violation.ts';

/**
 * The fields of metadata, which a CRD leaves to the API server:
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
 */
const METADATA = [
  'name',
  'namespace',
  'labels',
  'annotations',
  'finalizers',
  'ownerReferences',
  'generateName',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
];

/** The fields of a resource that its CRD does not have. kubectl refuses them by default; a server would drop them. */
export function unknownFields(resource: object, schema: Schema): Violation[] {
  const metadata = Object.fromEntries(METADATA.map((name) => [name, {}]));
  const properties = { ...schema.properties, metadata: { properties: metadata } };
  return unknownBelow(resource, { ...schema, properties }, '');
}

function unknownBelow(value: unknown, schema: Schema, path: string): Violation[] {
  if (value === null || typeof value !== 'object') return [];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => unknownBelow(item, schema.items ?? {}, `${path}[${index}]`));
  }
  const { properties, additionalProperties = {} } = schema;
  return Object.entries(value).flatMap(([name, inner]) => {
    const field = fieldBelow(path, name);
    if (!properties) return unknownBelow(inner, additionalProperties, field);
    const known = own(properties, name);
    return known ? unknownBelow(inner, known, field) : [unknown(field, name, Object.keys(properties))];
  });
}

function unknown(field: string, name: string, known: readonly string[]): Violation {
  const guess = closest(name, known);
  return {
    reason: 'UnsupportedField',
    field,
    message: `unknown field${guess === undefined ? '' : `; did you mean ${guess}?`}`,
    hint: guess === undefined ? `Remove the field. Allowed here: ${known.join(', ')}.` : `Write ${guess}.`,
  };
}
