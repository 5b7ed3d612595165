import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { globMatches, globToRegExpSource } from './glob.ts';

const few = fc.constantFrom(
  ...'ab*?.\n😀é',
  '[',
  ']',
  '\\',
  '^',
  '$',
  '(',
  ')',
  '{',
  '}',
  '|',
  '+',
  '-',
  '/',
);
const globs = fc.array(few, { maxLength: 12 }).map((parts) => parts.join(''));
const texts = fc.array(fc.constantFrom(...'ab.\n😀é[\\$^'), { maxLength: 12 }).map((parts) => parts.join(''));

describe('globMatches', () => {
  test.each([
    ['team-*', 'team-', true],
    ['team-*', 'team-payments', true],
    ['team-*', 'a-team-b', false],
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['?', '', false],
    ['?', '😀', true],
    ['??', '😀', false],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-b-b', false],
    ['*a?', 'aaab', true],
    ['a.c', 'abc', false],
    ['[ab]', 'a', false],
    ['[ab]', '[ab]', true],
    ['\\*', '\\anything', true],
    ['A', 'a', false],
    ['a', 'a\n', false],
    ['a*', 'a\nb', true],
  ])('%j on %j: %s', (pattern, text, expected) => {
    expect(globMatches(pattern, text)).toBe(expected);
    expect(new RegExp(globToRegExpSource(pattern), 'u').test(text)).toBe(expected);
  });

  it('agrees with its regular expression', () => {
    fc.assert(
      fc.property(globs, texts, (pattern, text) => {
        expect(globMatches(pattern, text)).toBe(new RegExp(globToRegExpSource(pattern), 'u').test(text));
      }),
      { numRuns: 5000 },
    );
  });

  it('matches every text made from its pattern', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('*', '?', 'x'), texts)), (parts) => {
        const pattern = parts.map(([sign]) => sign).join('');
        const text = parts
          .map(([sign, t]) => (sign === '*' ? t : sign === '?' ? ([...t][0] ?? 'y') : 'x'))
          .join('');
        expect(globMatches(pattern, text)).toBe(true);
      }),
    );
  });

  it('takes no more than |pattern| × |text| steps', () => {
    const started = performance.now();
    expect(globMatches('*a'.repeat(100), `${'a'.repeat(20_000)}b`)).toBe(false);
    // Two million steps at most; a matcher that backtracks would not come back.
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('globToRegExpSource', () => {
  it('is anchored, escapes the syntax, joins stars', () => {
    expect(globToRegExpSource('team-*')).toBe('^(?s:team-.*)$');
    expect(globToRegExpSource('a.b|c**?')).toBe('^(?s:a\\.b\\|c.*.)$');
    expect(globToRegExpSource('')).toBe('^(?s:)$');
  });
});
