import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';

/** The part of an OpenAPI schema that the CRDs use, Kubernetes' extensions included under their own names. */
export type Schema = {
  type?: string;
  description?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema;
  [keyword: string]: unknown;
};

/** The parts of a CRD that the operator reads. */
export interface Crd {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly schema: { openAPIV3Schema: Schema } }[];
  };
}

/** The CRD in crds/ with this plural. The bundle has it inside (operator/bundle/plugins.ts). */
export async function readCrd(plural: string): Promise<Crd> {
  return parse(await readFile(new URL(`../../crds/${plural}.yaml`, import.meta.url), 'utf8'));
}
