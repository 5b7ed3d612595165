import { expect, it } from 'vitest';
import { SOURCES } from './sources.ts';

const IMPORTS = new Map(SOURCES.map(({ path, imports }) => [path, imports]));

/** The shortest way from a file back to itself along imports; undefined if there is none. */
function circleThrough(path: string): readonly string[] | undefined {
  const seen = new Set<string>();
  let ways: string[][] = [[path]];
  while (ways.length > 0) {
    const next = ways.flatMap((way) => (IMPORTS.get(way.at(-1) ?? '') ?? []).map((to) => [...way, to]));
    const circle = next.find((way) => way.at(-1) === path);
    if (circle) return circle;
    ways = next.filter((way) => {
      const last = way.at(-1) ?? '';
      return !seen.has(last) && seen.add(last);
    });
  }
  return undefined;
}

it('no file imports itself, be it by way of others', () => {
  expect(SOURCES.flatMap(({ path }) => circleThrough(path) ?? [])).toEqual([]);
});
