import { describe, expect, it } from 'vitest';
import { parseSelector, selects } from './selector.ts';

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
