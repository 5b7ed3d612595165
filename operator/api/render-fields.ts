/** Lists the fields of each kind's spec, so the operator recognises a field of a newer API. */

import type { Schema } from './crd-files.ts';
import { crdSchemas } from './crd-schemas.ts';

const BANNER =
  '// Generated from crds/ by operator/api/generate.ts. Change the CRDs and run `make generate`.\n\n' +
  "import type { Fields } from './unknown-field.ts';\n\n";

/** The text of fields.generated.ts. */
export async function renderFields(): Promise<string> {
  const kinds = await crdSchemas();
  const fields = kinds.map(({ kind, schema }) => [kind, fieldsOf(schema.properties?.spec ?? {})]);
  const text = JSON.stringify(Object.fromEntries(fields), null, 2);
  return `${BANNER}/** The fields of each kind's spec. */\nexport const SPEC_FIELDS: Readonly<Record<string, Fields>> = ${text};\n`;
}

/** true: a value, or a map with keys of anybody's choice; else the fields of the object or of a list's items. */
function fieldsOf(schema: Schema): unknown {
  const inner = schema.items ?? schema;
  if (!inner.properties) return true;
  return Object.fromEntries(
    Object.entries(inner.properties).map(([name, property]) => [name, fieldsOf(property)]),
  );
}
