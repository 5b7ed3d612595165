import { expect, it } from 'vitest';
import { filtered, listKeeper } from './lists.ts';

it('a list of which nothing is left out is the same list', () => {
  const list = [1, 2, 3];
  expect(filtered(list, (each) => each > 0)).toBe(list);
  expect(filtered(list, (each) => each > 1)).toEqual([2, 3]);
});

it('a list is kept for the same elements in the same order, beside one other', () => {
  const keep = listKeeper();
  const [a, b] = [{}, {}];
  const kept = keep([a, b]);
  const part = keep([a]);
  expect(keep([a, b])).toBe(kept);
  expect(keep([a])).toBe(part);
  expect(keep([b, a])).toEqual([b, a]);
  expect(keep([b, a])).not.toBe(kept);
  keep([b]);
  expect(keep([a, b])).not.toBe(kept);
});
