import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { selectorMatches } from '../kubernetes/label-selector.ts';
import { labelSelector, parseSelector, selects } from './selector.ts';

describe('a label selector in words', () => {
  it.each([
    ['tier=gold', { matchLabels: { tier: 'gold' } }],
    [
      'tier == gold , !test',
      { matchLabels: { tier: 'gold' }, matchExpressions: [{ key: 'test', operator: 'DoesNotExist' }] },
    ],
    ['a!=b', { matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['b'] }] }],
    [
      'a in (b, c),d',
      {
        matchExpressions: [
          { key: 'a', operator: 'In', values: ['b', 'c'] },
          { key: 'd', operator: 'Exists' },
        ],
      },
    ],
    [
      'example.com/a notin (b)',
      { matchExpressions: [{ key: 'example.com/a', operator: 'NotIn', values: ['b'] }] },
    ],
    ['a=', { matchLabels: { a: '' } }],
    ['a=b,a=c', { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'a', operator: 'In', values: ['c'] }] }],
  ])('%s', (text, selector) => {
    expect(parseSelector(text)).toEqual(selector);
  });

  it.each(['a > 1', 'a<2', 'a in b', '', Array.from({ length: 11 }, (_, i) => `a${i}`).join(',')])(
    'has none for %j',
    (text) => {
      expect(parseSelector(text)).toBeUndefined();
    },
  );

  it.each([
    [undefined, {}, true],
    ['a=b', { a: 'b' }, true],
    ['a=b', {}, false],
    ['a!=b', {}, true],
    ['a in (b,c),!d', { a: 'c' }, true],
    ['a in (b,c),!d', { a: 'c', d: '' }, false],
    ['a notin (b)', { a: 'b' }, false],
    ['a', { a: '' }, true],
    ['a > 1', { a: '2' }, false],
  ])('%j selects %j: %s', (text, labels, wanted) => {
    expect(selects(text, labels as Record<string, string>)).toBe(wanted);
  });
});

describe('a selector that was written', () => {
  const key = fc.constantFrom('a', 'b', 'in', 'notin', 'a.b/c_d', 'x-y');
  const value = fc.constantFrom('', 'a', 'in', 'notin', 'A.b_c-9');
  const expression = fc.oneof(
    fc.record({
      key,
      operator: fc.constantFrom('In' as const, 'NotIn' as const),
      values: fc.array(value, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ key, operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const) }),
  );
  const selector = fc.record(
    {
      matchLabels: fc.dictionary(key, value, { maxKeys: 3 }),
      matchExpressions: fc.array(expression, { maxLength: 4 }),
    },
    { requiredKeys: [] },
  );

  it('selects the same when it is read', () => {
    fc.assert(
      fc.property(selector, fc.dictionary(key, value), (wanted, labels) => {
        const text = labelSelector({ selector: wanted });
        const isMet = selectorMatches(wanted, labels);
        expect(selects(text, labels), text).toBe(isMet);
        const read = text === undefined ? {} : parseSelector(text);
        expect(read && selectorMatches(read, labels), text).toBe(isMet);
      }),
      { numRuns: 500 },
    );
  });
});
