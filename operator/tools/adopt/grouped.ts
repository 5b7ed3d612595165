import type { Disposition } from './disposition.ts';

/**
 * For people: each reason once, behind all places that it is about, in the order of the first ones.
 * @param placeOf the place in a file that a reason is about
 */
export function groupedDispositions(
  dispositions: readonly Disposition[],
  placeOf: (why: string) => string | undefined = () => undefined,
): string[] {
  return [...groupBy(dispositions, ({ why }) => why)].map(([why, group]) => {
    const place = placeOf(why);
    return `${placesOf(group).join(', ')}: ${why}${place === undefined ? '' : ` (${place})`}`;
  });
}

/** The places of dispositions: each key once, with its parts. */
export function placesOf(dispositions: readonly Disposition[]): string[] {
  return [...groupBy(dispositions, ({ key }) => key)].map(([key, own]) => {
    const parts = own.flatMap(({ part }) => part ?? []);
    return parts.length === 0 ? key : `${key} (${parts.join('; ')})`;
  });
}

/** For people: notes that begin with a place, such as `trigger.x: `, with equal texts joined. */
export function groupedNotes(notes: readonly string[]): string[] {
  const parts = notes.map((note) => {
    const [, place = '', text = note] = /^([^\s:]+(?:, [^\s:]+)*): ([\s\S]*)$/.exec(note) ?? [];
    return { place, text };
  });
  return [...groupBy(parts, ({ text }) => text)].map(([text, group]) => {
    const places = [...new Set(group.map(({ place }) => place))].filter((place) => place !== '');
    return places.length === 0 ? text : `${places.join(', ')}: ${text}`;
  });
}

/** The sentence about one thing of several: `1 robot`, `2 robots`. */
export const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** The items by a key, in the order of the first ones. */
export function groupBy<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
