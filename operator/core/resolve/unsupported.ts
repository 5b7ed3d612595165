import { SPEC_FIELDS } from '../../api/fields.generated.ts';
import type { Finding } from '../../api/finding.ts';
import { unknownField } from '../../api/unknown-field.ts';
import { ObjectMemo } from '../../lib/memo.ts';
import { own } from '../../lib/own.ts';

interface Resource {
  readonly kind: string;
  readonly spec: unknown;
}

const known = new ObjectMemo<Resource, Finding | undefined>();

/** Refuses a field that the API server has stored but this version of the operator does not know. */
export function unsupportedField(resource: Resource): Finding | undefined {
  return known.get(resource, [], () => unsupported(resource));
}

function unsupported({ kind, spec }: Resource): Finding | undefined {
  const field = unknownField(spec, own(SPEC_FIELDS, kind) ?? true);
  if (field === undefined) return undefined;
  const message =
    `${field}: this version of the operator does not know the field, and could only carry out a part of the resource. ` +
    'Upgrade the operator, or remove the field.';
  return { reason: 'UnsupportedField', message };
}
