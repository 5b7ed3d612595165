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

/** The CRDs of crds/, read and compiled once for any number of resources. */
export async function crdChecks(): Promise<Readonly<Record<CustomKind, CrdCheck>>> {
  const checks = (await crdSchemas()).map(({ kind, schema }): [string, CrdCheck] => {
    const check = compileSchema(schema);
    const rules = compileCelRules(schema);
    const violations: CrdCheck['violations'] = (resource) => {
      const metadata = metadataViolations(resource);
      const result = check(resource);
      return [
        ...metadata,
        ...unknownFields(resource, schema),
        ...result.violations,
        ...(result.isBlocking || metadata.length > 0 ? [] : brokenCelRules(resource, rules)),
      ];
    };
    return [kind, { violations, stored: (resource) => withoutNulls(resource, schema) as typeof resource }];
  });
  return Object.fromEntries(checks) as Record<CustomKind, CrdCheck>;
}
