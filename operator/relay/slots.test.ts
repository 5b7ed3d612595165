import { expect, it } from 'vitest';
import { quickBeside } from './slots.ts';

it('requests make room for posts, and one of them is always allowed', () => {
  expect([0, 1, 4, 5, 8, 11, 12, 64].map(quickBeside)).toEqual([16, 16, 16, 14, 8, 2, 1, 1]);
});
