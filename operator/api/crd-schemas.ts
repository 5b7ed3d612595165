/**
 * The schemas of the CRDs: for generating types, for tests, and for commands on files. The operator leaves it to the API
 * server to enforce them.
 */

import { readCrd, type Schema } from './crd-files.ts';
import { type CustomKind, GROUP, KINDS, VERSION } from './kinds.ts';

/** One custom resource and its schema. */
export type CrdSchema = { readonly kind: CustomKind; readonly plural: string; readonly schema: Schema };

/** The schema of each kind in the version that the operator speaks. */
export async function crdSchemas(): Promise<CrdSchema[]> {
  return Promise.all(
    Object.values(KINDS).map(async ({ kind, plural }) => {
      const crd = await readCrd(plural);
      const version = crd.spec.versions.find(({ name }) => name === VERSION);
      if (crd.spec.group !== GROUP || crd.spec.names.kind !== kind || !version) {
        throw new Error(`crds/${plural}.yaml does not define ${kind} in ${GROUP}/${VERSION}`);
      }
      return { kind, plural, schema: version.schema.openAPIV3Schema };
    }),
  );
}
