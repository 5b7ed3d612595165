/** A value of a document, and where it is: the beginning of the paths of its fields, such as `items[0].`. */
export interface Item {
  readonly path: string;
  readonly value: unknown;
}

/** kubectl prints lists of objects, and a person may put such a list into another one. */
const MAX_DEPTH = 8;

interface List {
  readonly apiVersion?: unknown;
  readonly kind: string;
  readonly items: readonly unknown[] | null;
}

/**
 * The objects of a list such as `kind: List` or `kind: ConfigMapList`, as kubectl and the API server print them, and of the lists
 * in it. Any other value is its only item.
 * @param tooDeep called with the path of a list that is in too many others
 */
export function itemsOf(value: unknown, tooDeep: (path: string) => never, path = '', depth = 0): Item[] {
  if (!isList(value)) return [{ path, value }];
  if (depth === MAX_DEPTH) return tooDeep(path);
  const kind = value.kind.slice(0, -'List'.length);
  // The API server leaves out what the items of a typed list have in common.
  const shared = kind === '' ? {} : { apiVersion: value.apiVersion, kind };
  return (value.items ?? []).flatMap((item, index) =>
    typeof item !== 'object' || item === null
      ? []
      : itemsOf({ ...shared, ...item }, tooDeep, `${path}items[${index}].`, depth + 1),
  );
}

/** A resource of a kind that happens to end like this has no items beside its metadata. */
function isList(value: unknown): value is List {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, items } = value as Partial<List>;
  return typeof kind === 'string' && kind.endsWith('List') && (items === null || Array.isArray(items));
}
