import type { Schema } from '../api/crd-files.ts';
import { crdSchemas } from '../api/crd-schemas.ts';
import type { CustomKind } from '../api/kinds.ts';
import { own } from '../lib/own.ts';
import { brokenCelRules, compileCelRules } from './cel-rules.ts';
import { compileSchema } from './schema.ts';
import { unknownFields } from './unknown-fields.ts';
import type { Violation } from './violation.ts';

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const MAX_NAME_LENGTH = 253;

/** The result of the checks that the API server and kubectl do on a resource by its CRD. */
export interface CrdCheck {
  /** The resource as it would be stored. */
  stored<T extends object>(resource: T): T;
  /** All problems for which it would be refused. */
  violations(resource: object): Violation[];
}

/** The CRDs of crds/, for any number of resources. Each CRD is compiled at its first resource. */
export async function crdChecks(): Promise<Readonly<Record<CustomKind, CrdCheck>>> {
  const checks = (await crdSchemas()).map(({ kind, schema }): [string, CrdCheck] => {
    let compiled: ReturnType<typeof compile> | undefined;
    const violations: CrdCheck['violations'] = (resource) => {
      compiled ??= compile(kind, schema);
      const metadata = metadataViolations(resource);
      const result = compiled.check(resource);
      return [
        ...metadata,
        ...unknownFields(resource, schema),
        ...result.violations,
        ...(result.isBlocking || metadata.length > 0 ? [] : brokenCelRules(resource, compiled.rules)),
      ];
    };
    return [kind, { violations, stored: (resource) => withoutNulls(resource, schema) as typeof resource }];
  });
  return Object.fromEntries(checks) as Record<CustomKind, CrdCheck>;
}

function compile(kind: CustomKind, schema: Schema) {
  return { check: compileSchema(kind, schema), rules: compileCelRules(schema) };
}

/** The requirements of Kubernetes itself for a resource's name and namespace; a CRD does not contain them. */
function metadataViolations(resource: {
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

/**
 * The value without the fields that are null, as the API server stores it: `suspend:` without a value counts as
 * absent. Fields that the schema does not know, and items of lists, stay as they are
 * (https://github.com/kubernetes/kubernetes/blob/v1.36.0/staging/src/k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting/prunenulls.go).
 */
function withoutNulls(value: unknown, schema: Schema | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, schema?.items));
  if (value === null || typeof value !== 'object') return value;
  const schemaOf = (name: string): Schema | undefined =>
    own(schema?.properties, name) ?? schema?.additionalProperties;
  const entries = Object.entries(value).filter(
    ([name, inner]) => inner !== null || schemaOf(name) === undefined,
  );
  return Object.fromEntries(entries.map(([name, inner]) => [name, withoutNulls(inner, schemaOf(name))]));
}
