/** Values that may be in the place of another value. */
const VALUES: readonly unknown[] = [
  ...[null, '', 'text', 0, 7, 1.5, true, false],
  ...[[], ['text'], {}, { key: 'text' }, [['text', [null]]]],
];

type Step = string | number;

/** A value in which one thing was changed. */
export interface Mutant {
  /** The change, for people. */
  readonly name: string;
  /** Where: `status.conditions.0.message`. */
  readonly place: string;
  readonly mutant: object;
}

/** A value with one change in it, for each part and each way: the part is left out, or another value replaces it. */
export function mutants(whole: object): Mutant[] {
  return [...pathsIn(whole)].flatMap((path) => {
    const place = path.join('.');
    return [
      { name: `without ${place}`, place, mutant: without(whole, path) },
      ...VALUES.map((value) => ({
        name: `${place} = ${JSON.stringify(value)}`,
        place,
        mutant: changed(whole, path, value),
      })),
    ];
  });
}

/** Of a list, the first item stands for all. */
function* pathsIn(value: unknown, path: readonly Step[] = []): Generator<readonly Step[]> {
  if (path.length > 0) yield path;
  if (typeof value !== 'object' || value === null) return;
  const children = Array.isArray(value) ? value.slice(0, 1) : value;
  for (const [key, child] of Object.entries(children)) yield* pathsIn(child, [...path, key]);
}

function changed(whole: object, path: readonly Step[], value: unknown): object {
  const copy = structuredClone(whole);
  parentOf(copy, path)[path.at(-1) as Step] = value;
  return copy;
}

function without(whole: object, path: readonly Step[]): object {
  const copy = structuredClone(whole);
  const parent = parentOf(copy, path);
  const last = path.at(-1) as Step;
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[last];
  return copy;
}

/** The object or list in which a path ends. */
const parentOf = (whole: object, path: readonly Step[]): Record<Step, unknown> =>
  path.slice(0, -1).reduce((at, step) => at[step] as Record<Step, unknown>, whole as Record<Step, unknown>);
