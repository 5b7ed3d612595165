import { expect, it } from 'vitest';
import { isSelective, type Selector, selectorMatches } from './label-selector.ts';

const labels = { team: 'payments', tier: '' };
const requirement = (
  key: string,
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist',
  ...values: string[]
): Selector => ({ matchExpressions: [{ key, operator, values }] });

it.each<[Selector, boolean]>([
  [{}, true],
  [{ matchLabels: { team: 'payments' } }, true],
  [{ matchLabels: { team: 'payments', other: 'x' } }, false],
  [{ matchLabels: { tier: '' } }, true],
  [{ matchLabels: { absent: '' } }, false],
  [{ matchLabels: { constructor: 'x' } }, false],
  [requirement('team', 'In', 'logistics', 'payments'), true],
  [requirement('absent', 'In', 'x'), false],
  [requirement('team', 'NotIn', 'payments'), false],
  [requirement('absent', 'NotIn', 'x'), true],
  [requirement('tier', 'Exists'), true],
  [requirement('toString', 'Exists'), false],
  [requirement('tier', 'DoesNotExist'), false],
  [requirement('absent', 'DoesNotExist'), true],
  [{ ...requirement('tier', 'Exists'), matchLabels: { team: 'logistics' } }, false],
])('%j matches: %s', (selector, expected) => {
  expect(selectorMatches(selector, labels)).toBe(expected);
});

it('demands something only where it says something', () => {
  expect([{}, { matchLabels: {}, matchExpressions: [] }].map(isSelective)).toEqual([false, false]);
  expect([{ matchLabels: { a: '' } }, requirement('a', 'Exists')].map(isSelective)).toEqual([true, true]);
});
