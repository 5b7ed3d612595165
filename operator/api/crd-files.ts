import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { Schema } from './crd-schemas.ts';

/** What is read of a CRD. */
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
