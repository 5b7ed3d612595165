import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { yamlSafeJson } from './json.ts';

const awkward = fc.constantFrom(
  ...[
    '\u007f',
    '\u0080',
    '\u0085',
    '\u009f',
    '\u00a0',
    '\u2028',
    '\u2029',
    '\ufeff',
    '\ufffe',
    '\uffff',
    '\u0000',
  ],
  ...[
    '\n',
    '\r\n',
    '\t',
    '\b',
    '\f',
    '\v',
    '"',
    "'",
    '\\',
    '\\u',
    '/',
    '#',
    ': ',
    '- ',
    '😀',
    '\u{1fffe}',
    '\u{10ffff}',
  ],
  ...['<<', '__proto__', 'yes', 'null', '~', '1.5', '2020-01-01', '{{', '中'],
);
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.oneof(awkward, fc.string())).map((parts) => parts.join('')),
);
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    ...[
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      text,
    ],
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;

describe('yamlSafeJson', () => {
  it('is the same value to JSON and to YAML 1.1, on one line', () => {
    fc.assert(
      fc.property(values, (value) => {
        const wanted: unknown = JSON.parse(JSON.stringify(value)); // -0 is 0
        const json = yamlSafeJson(value);
        expect(isDeepStrictEqual(JSON.parse(json), wanted)).toBe(true);
        expect(isDeepStrictEqual(parse(json, { version: '1.1' }), wanted)).toBe(true);
        expect(json).not.toMatch(/[\p{Cc}\u2028\u2029\ufeff\ufffe\uffff]/u);
      }),
      { numRuns: 500 },
    );
  });

  it('escapes what YAML forbids, and nothing else', () => {
    expect(yamlSafeJson('\u007f\u0085\u009f\u2028\u2029\ufeff\ufffe\uffff')).toBe(
      String.raw`"\u007f\u0085\u009f\u2028\u2029\ufeff\ufffe\uffff"`,
    );
    expect(yamlSafeJson('a\u00a0é中😀</')).toBe('"a\u00a0é中😀</"');
    expect(yamlSafeJson({ '\u0080': 1 })).toBe('{"\\u0080":1}');
  });

  it('keeps the order of keys and leaves out what JSON leaves out', () => {
    expect(yamlSafeJson({ b: 1, a: undefined, c: { z: [], y: null } })).toBe('{"b":1,"c":{"z":[],"y":null}}');
  });

  test.each([
    ['a lone high surrogate', 'x\ud800'],
    ['a lone low surrogate', ['\udc00x']],
    ['a lone surrogate in a key', { '\ud83d': 1 }],
    ['a swapped pair', '\ude00\ud83d'],
    ['NaN', { a: Number.NaN }],
    ['an infinity', Number.NEGATIVE_INFINITY],
    ['undefined', undefined],
    ['a function', () => 1],
    ['a bigint', 1n],
  ])('refuses %s', (_, value) => {
    expect(() => yamlSafeJson(value)).toThrow(TypeError);
  });

  it('refuses a key that YAML would not take for one', () => {
    expect(yamlSafeJson({ ['é'.repeat(1022)]: 1 })).toContain('é');
    expect(() => yamlSafeJson({ ['é'.repeat(1023)]: 1 })).toThrow(RangeError);
    expect(yamlSafeJson({ ['\u0001'.repeat(170)]: 1 })).toContain('u0001');
    expect(() => yamlSafeJson({ a: [{ ['\u0080'.repeat(171)]: 1 }] })).toThrow(RangeError);
    expect(yamlSafeJson({ ['😀'.repeat(1022)]: 'x'.repeat(5000) })).toContain('😀');
  });
});
