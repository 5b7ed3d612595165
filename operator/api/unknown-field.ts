import { own } from '../lib/own.ts';

/** The fields below a field: true ends the descent. */
export type Fields = true | { readonly [name: string]: Fields };

/**
 * The path of the first field that this version of the operator does not know, such as `spec.events[0].when`;
 * undefined if it knows them all. A newer API may be installed beside an older operator: to do half of what a resource
 * asks for would be worse than to say no.
 */
export function unknownField(value: unknown, known: Fields, path = 'spec'): string | undefined {
  if (known === true || value === null || typeof value !== 'object') return undefined;
  if (Array.isArray(value)) {
    return first(value.map((item, index) => () => unknownField(item, known, `${path}[${index}]`)));
  }
  return first(
    Object.entries(value).map(([name, inner]) => () => {
      const fields = own(known, name);
      return fields === undefined ? `${path}.${name}` : unknownField(inner, fields, `${path}.${name}`);
    }),
  );
}

function first(probes: readonly (() => string | undefined)[]): string | undefined {
  for (const probe of probes) {
    const found = probe();
    if (found !== undefined) return found;
  }
  return undefined;
}
