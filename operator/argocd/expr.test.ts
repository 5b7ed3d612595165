import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { conjuncts, exprString, exprStringList } from './expr.ts';

const pieces = fc.constantFrom(
  "'",
  '\\',
  '"',
  '`',
  '\r\n',
  '\r',
  '\n',
  '\t',
  '\u0000',
  '\u007f',
  '\u0085',
  '\u200d',
  '😀',
);
const texts = fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' }))).map((parts) => parts.join(''));

/** The three escapes that exprString may use, undone; anything else is an error. */
function unescaped(literal: string): string {
  expect(literal).toMatch(/^'.*'$/su);
  return literal
    .slice(1, -1)
    .replace(/'|\\(?:u([0-9a-f]{4})|U([0-9a-f]{8})|(['\\])|.|$)/gsu, (whole, u, big, self) => {
      if (self !== undefined) return String(self);
      const digits: unknown = u ?? big;
      if (typeof digits !== 'string') throw new Error(`stray ${JSON.stringify(whole)} in ${literal}`);
      return String.fromCodePoint(Number.parseInt(digits, 16));
    });
}

describe('exprString', () => {
  test.each([
    ['payments', "'payments'"],
    ['', "''"],
    ["it's", String.raw`'it\'s'`],
    ['C:\\x', String.raw`'C:\\x'`],
    ['"`#//', "'\"`#//'"],
    ['a\r\nb\t', String.raw`'a\u000d\u000ab\u0009'`],
    ['\u0000\u007f\u0085\u00a0', String.raw`'\u0000\u007f\u0085\u00a0'`],
    ['\u200b\u202e\u2028\ufeff\uffff', String.raw`'\u200b\u202e\u2028\ufeff\uffff'`],
    ['\u{e0041}\u{10ffff}', String.raw`'\U000e0041\U0010ffff'`],
    ['支付 é 😀', "'支付 é 😀'"],
  ])('%j → %s', (text, literal) => {
    expect(exprString(text)).toBe(literal);
  });

  it('can be undone, ends where it should, and shows nothing invisible', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const literal = exprString(text);
        expect(unescaped(literal)).toBe(text);
        expect(literal).not.toMatch(
          /[\p{Cc}\p{Zl}\p{Zp}\p{Co}\p{Noncharacter_Code_Point}\u200b-\u200f\ufeff]/u,
        );
      }),
      { numRuns: 1000 },
    );
  });

  test.each(['\ud800', 'a\udc00', '\ude00\ud83d'])('refuses a lone surrogate', (text) => {
    expect(() => exprString(text)).toThrow(TypeError);
    expect(() => exprStringList(['ok', text])).toThrow(TypeError);
  });
});

describe('conjuncts', () => {
  it.each([
    ['a', ['a']],
    ['a and b and c', ['a', 'b', 'c']],
    ['(a) and b or c and d', ['(a)', 'b or c', 'd']],
    [`b == ' and (' and [' and '] != nil`, [`b == ' and ('`, `[' and '] != nil`]],
    [`(c and "d\\" and ") and {'a': 1 and 2}`, [`(c and "d\\" and ")`, `{'a': 1 and 2}`]],
    ["(a // it's b\n) and c", ["(a // it's b\n)", 'c']],
    ["(a /* it's ( and */) and b", ["(a /* it's ( and */)", 'b']],
    ["(a == `it's ( and `) and b", ["(a == `it's ( and `)", 'b']],
  ])('%j', (expression, parts) => {
    expect(conjuncts(expression)).toEqual(parts);
  });

  it('are what was joined, whatever the texts in them', () => {
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1 }), (all) => {
        const parts = all.map((text) => `(a == ${exprString(text)})`);
        expect(conjuncts(parts.join(' and '))).toEqual(parts);
      }),
    );
  });
});

describe('exprStringList', () => {
  it('is a list literal', () => {
    expect(exprStringList([])).toBe('[]');
    expect(exprStringList(['a', "b', 'c"])).toBe(String.raw`['a', 'b\', \'c']`);
  });
});
