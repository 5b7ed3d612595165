import type { Schema } from '../api/crd-files.ts';
import { crdSchemas } from '../api/crd-schemas.ts';
import type { KINDS } from '../api/kinds.ts';
import { brokenCelRules, compileCelRules } from './cel-rules.ts';
import { metadataViolations } from './metadata.ts';
import { withoutNulls } from './nulls.ts';
import { compileSchema } from './schema.ts';
import { unknownFields } from './unknown-fields.ts';
import type { Violation } from './violation.ts';

/** What the API server and kubectl do with a resource by its CRD. */
export interface CrdCheck {
  /** The resource as it would be stored. */
  stored<T extends object>(resource: T): T;
  /** All that it would be refused for. */
  violations(resource: object): Violation[];
}

/** A kind of ours. */
export type CustomKind = (typeof KINDS)[keyof typeof KINDS]['kind'];

/** The CRDs of crds/, each compiled at its first resource, for any number of them. */
export async function crdChecks(): Promise<Readonly<Record<CustomKind, CrdCheck>>> {
  const checks = (await crdSchemas()).map(({ kind, schema }): [string, CrdCheck] => {
    let compiled: ReturnType<typeof compile> | undefined;
    const violations: CrdCheck['violations'] = (resource) => {
      compiled ??= compile(schema);
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

function compile(schema: Schema) {
  return { check: compileSchema(schema), rules: compileCelRules(schema) };
}
