import type { ApplicationRouteSpec } from '../api/relay-route.ts';
import type { DescribedApplication } from '../core/resolve/criteria-match.ts';
import { own } from '../lib/own.ts';

/** A field of an Application, as `project`, or as `label x`. */
type Field = string;

/** What a field has: a text as a whole, or a text at its beginning. */
interface Clue {
  readonly field: Field;
  readonly text: string;
  readonly isWhole: boolean;
}

/** At least one of the clues holds for each Application that a route is about. */
type Clues = readonly Clue[];

/** Finds the items whose clues may hold for an Application, without a look at each item. */
export interface ClueIndex<T> {
  /** Each item once, in the order in which all of them were given. Rather too many than too few. */
  find(application: DescribedApplication): readonly T[];
}

/** An item, and how it is found: all lists of its clues hold, and one of them is enough to find it. */
interface Indexed<T> {
  readonly item: T;
  readonly lists: readonly Clues[];
}

/**
 * Indexes items by the scopes of their routes. Of a route's lists of clues, the one counts that the fewest other routes share.
 */
export function indexByClues<T>(items: readonly T[], scopeOf: (item: T) => RouteScope): ClueIndex<T> {
  const indexed: Indexed<T>[] = items.map((item) => ({ item, lists: cluesOf(scopeOf(item)) }));
  const shares = new Map<string, number>();
  for (const key of indexed.flatMap(({ lists }) => lists.flat().map(keyOf)))
    shares.set(key, (shares.get(key) ?? 0) + 1);
  const shareOf = (clues: Clues): number =>
    clues.reduce((sum, clue) => sum + (shares.get(keyOf(clue)) as number), 0);
  const places = new Map<string, number[]>();
  /** The lengths of the beginnings of each field. */
  const lengths = new Map<Field, Set<number>>();
  const always: number[] = [];
  for (const [place, { lists }] of indexed.entries()) {
    const best = lists.toSorted((a, b) => shareOf(a) - shareOf(b))[0];
    if (!best) always.push(place);
    for (const clue of best ?? []) {
      const key = keyOf(clue);
      const known = places.get(key);
      if (known) known.push(place);
      else places.set(key, [place]);
      if (!clue.isWhole)
        lengths.set(clue.field, (lengths.get(clue.field) ?? new Set()).add(clue.text.length));
    }
  }
  return {
    find: (application) => {
      const found = new Set(always);
      for (const [field, text] of fieldsOf(application)) {
        const keys = [keyOf({ field, text, isWhole: true })];
        for (const length of lengths.get(field) ?? [])
          if (length <= text.length) keys.push(keyOf({ field, text: text.slice(0, length), isWhole: false }));
        for (const key of keys) for (const place of places.get(key) ?? []) found.add(place);
      }
      return [...found].sort((a, b) => a - b).map((place) => items[place] as T);
    },
  };
}

/** The parts of a route that say which Applications it is about. */
type RouteScope = Pick<ApplicationRouteSpec, 'scope' | 'subscription'>;

const keyOf = ({ field, text, isWhole }: Clue): string => `${isWhole ? '=' : '^'}${field}\0${text}`;

function cluesOf({ scope, subscription: { namespace } }: RouteScope): readonly Clues[] {
  const { open, projects, clusters, applications } = scope;
  const { selector, ...criteria } = applications;
  const granted: (Clue | undefined)[] = [
    whole('namespace', namespace),
    ...projects.map((pattern) => clueOf('project', pattern)),
    ...(clusters === undefined ? [] : [whole('destination', namespace)]),
  ];
  const lists = [
    open ? undefined : granted,
    criteria.names?.map((pattern) => clueOf('name', pattern)),
    criteria.projects?.map((pattern) => clueOf('project', pattern)),
    criteria.namespaces?.map((pattern) => clueOf('namespace', pattern)),
    criteria.destinationNamespaces?.map((pattern) => clueOf('destination', pattern)),
    ...Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => [whole(label(key), value)]),
    ...(selector?.matchExpressions ?? [])
      .filter(({ operator }) => operator === 'In')
      .map(({ key, values = [] }) => values.map((value) => whole(label(key), value))),
  ];
  return lists.filter((list): list is Clue[] => list?.every((clue) => clue !== undefined) ?? false);
}

const label = (key: string): Field => `label ${key}`;

const whole = (field: Field, text: string): Clue => ({ field, text, isWhole: true });

/** The clue that a pattern gives; undefined if any text may match. */
function clueOf(field: Field, pattern: string): Clue | undefined {
  const wildcard = pattern.search(/[*?]/);
  if (wildcard < 0) return whole(field, pattern);
  return wildcard === 0 ? undefined : { field, text: pattern.slice(0, wildcard), isWhole: false };
}

/** To a pattern, an absent field is an empty one. */
function fieldsOf({ metadata, spec }: DescribedApplication): [Field, string][] {
  const labels = metadata.labels ?? {};
  return [
    ['namespace', metadata.namespace ?? ''],
    ['name', metadata.name ?? ''],
    ['project', spec?.project ?? ''],
    ['destination', spec?.destination?.namespace ?? ''],
    ...Object.keys(labels).flatMap((key): [Field, string][] => {
      const value: unknown = own(labels, key);
      return typeof value === 'string' ? [[label(key), value]] : [];
    }),
  ];
}
