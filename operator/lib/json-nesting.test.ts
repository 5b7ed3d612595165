import { expect, it } from 'vitest';
import { isNestedBeyond } from './json-nesting.ts';

it.each([
  ['nothing', '', false],
  ['as deep as it may be', '[[{}]]', false],
  ['deeper', '[[[[', true],
  ['brackets in a text', '["[[[[","\\"[[[["]', false],
  ['as many as there may be', '[[],[],[],{}]', false],
  ['more', '[[],[],[],[],{}]', true],
])('%s', (_, text, isBeyond) => {
  expect(isNestedBeyond(text, { depth: 3, count: 5 })).toBe(isBeyond);
});

it('counts nothing without such a limit', () => {
  expect(isNestedBeyond(`[${'[],'.repeat(10_000)}1]`, { depth: 3 })).toBe(false);
});
