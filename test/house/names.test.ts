import { expect, it } from 'vitest';
import { SOURCES } from './sources.ts';

const EXPORT =
  /^export (?:declare |abstract |async )*(?:const|let|function\*?|class|interface|type|enum) (\w+)/gm;

it('each exported name stands for one thing', () => {
  const places = new Map<string, string[]>();
  for (const { path, text } of SOURCES) {
    for (const [, name = ''] of text.matchAll(EXPORT)) places.set(name, [...(places.get(name) ?? []), path]);
  }
  expect([...places].filter(([, paths]) => paths.length > 1)).toEqual([]);
});
