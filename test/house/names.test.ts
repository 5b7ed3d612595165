import { describe, expect, it } from 'vitest';
import { SOURCES } from './sources.ts';

const DECLARATION =
  /^export (?:declare |abstract |async )*(?:const|let|function\*?|class|interface|type|enum) (\w+)/gm;
/** `export { a, b as c }`, perhaps from another file. */
const LIST = /^export (?:type )?\{([^}]*)\}( from)?/gm;
/** `export const { a, b: c } = d`. */
const PARTS = /^export (?:const|let) [{[]([^=]*)[}\]] =/gm;

const isDeclared = (name: string, text: string): boolean =>
  new RegExp(`\\b(?:const|let|function\\*?|class|interface|type) ${name}\\b(?! from)`).test(text);

/** The names that a file gives to things by exporting them. A name that is only passed on was given elsewhere. */
function namesIn(text: string): string[] {
  const declared = [...text.matchAll(DECLARATION)].map(([, name = '']) => name);
  const listed = [...text.matchAll(LIST)].flatMap(([, list = '', from]) =>
    list.split(',').flatMap((each) => {
      const [name = '', renamed] = each
        .trim()
        .replace(/^type /, '')
        .split(' as ');
      const isPassedOn = from !== undefined || !isDeclared(name, text);
      return renamed ?? (isPassedOn ? [] : name);
    }),
  );
  const parts = [...text.matchAll(PARTS)].flatMap(([, list = '']) =>
    list.split(',').map((each) => each.split(':').at(-1)?.trim() ?? ''),
  );
  return [...declared, ...listed, ...parts].filter((name) => name !== '');
}

it('each exported name stands for one thing', () => {
  const places = new Map<string, string[]>();
  for (const { path, text } of SOURCES) {
    for (const name of namesIn(text)) places.set(name, [...(places.get(name) ?? []), path]);
  }
  expect([...places].filter(([, paths]) => paths.length > 1)).toEqual([]);
});

describe('the exported names', () => {
  it.each([
    ['export const a = 1;', ['a']],
    ['export async function* a() {', ['a']],
    ['const a = 1;\nexport { a, b as c };', ['a', 'c']],
    ['interface A {}\nexport type { A };', ['A']],
    ['type A = 1;\nexport { type A };', ['A']],
    ["import type { A } from './a.ts';\nexport type { A };", []],
    ["export {\n  a,\n  b as c,\n} from './b.ts';", ['c']],
    ["export type { A } from './a.ts';", []],
    ['export const { a, b: c } = d;', ['a', 'c']],
    ['export const [a, b] = c;', ['a', 'b']],
  ])('of %s are found', (text, names) => {
    expect(namesIn(text)).toEqual(names);
  });
});
