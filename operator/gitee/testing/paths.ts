import { GITEE_FIELDS, type GiteeFields } from '../fields.ts';

type Step = string | number;

/** Every place in a value, from the outside in. */
export function* placesIn(value: unknown, path: readonly Step[] = []): Generator<readonly Step[]> {
  if (path.length > 0) yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value))
    yield* placesIn(child, [...path, Array.isArray(value) ? Number(key) : key]);
}

/** A copy of an object with another value at a place. */
export function replaced(whole: object, path: readonly Step[], value: unknown): Record<string, unknown> {
  const copy = structuredClone(whole) as Record<Step, unknown>;
  const parent = path.slice(0, -1).reduce((at, step) => at[step] as Record<Step, unknown>, copy);
  parent[path.at(-1) as Step] = value;
  return copy;
}

/** The fields of a document of roots that have a value, as paths without places in lists: `push.commits[].author.name`. */
export const filledFields = (roots: unknown): string[] => [
  ...new Set([...placesIn(roots)].map((path) => path.join('.').replace(/\.\d+/g, '[]'))),
];

/** All documented fields, in the same form, with roots, lists and people themselves. */
export function documentedFields(): string[] {
  const all = (fields: GiteeFields, before: string): string[] =>
    Object.entries(fields).flatMap(([name, field]) => {
      const path = `${before}.${name}`;
      const items = field.isList ? [`${path}[]`] : [];
      const inside = field.fields ? all(field.fields, field.isList ? `${path}[]` : path) : [];
      return [path, ...items, ...inside];
    });
  return Object.entries(GITEE_FIELDS).flatMap(([root, fields]) => [root, ...all(fields, root)]);
}
