import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { globMatches, globsOverlap, globToRegExpSource } from './glob.ts';

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
      { numRuns: 2000 },
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

describe('globsOverlap', () => {
  test.each([
    ['team-*', 'team-a', true],
    ['team-*', 'team-*', true],
    ['team-*', '*-a', true],
    ['team-*', 'ops-*', false],
    ['a?c', 'ab?', true],
    ['a?', 'a', false],
    ['a*b', 'a*c', false],
    ['*', '', true],
    ['?', '', false],
    ['', '', true],
    ['*', '*', true],
    ['a*', '*b*c?', true],
  ])('%j and %j: %s', (one, other, expected) => {
    expect(globsOverlap(one, other)).toBe(expected);
    expect(globsOverlap(other, one)).toBe(expected);
  });

  it('holds for two globs exactly if some text matches both', () => {
    // A text that matches both needs no more characters than the two have. Two letters distinguish all cases, and a
    // third one stands for any other.
    const short = fc
      .array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 3 })
      .map((parts) => parts.join(''));
    const letters = ['a', 'b', 'c'];
    let longest = [''];
    const all = [''];
    for (let length = 1; length <= 6; length += 1) {
      longest = longest.flatMap((text) => letters.map((letter) => text + letter));
      all.push(...longest);
    }
    fc.assert(
      fc.property(short, short, (one, other) => {
        const common = all.some((text) => globMatches(one, text) && globMatches(other, text));
        expect(globsOverlap(one, other)).toBe(common);
      }),
      { numRuns: 500 },
    );
  });

  it('of an exact name is to match it', () => {
    fc.assert(
      fc.property(globs, texts, (pattern, text) => {
        expect(globsOverlap(pattern, text)).toBe(globMatches(pattern, text));
      }),
    );
  });
});

describe('globToRegExpSource', () => {
  it('is anchored, escapes the syntax, joins stars', () => {
    expect(globToRegExpSource('team-*')).toBe('^(?s:team-.*)$');
    expect(globToRegExpSource('a.b|c**?')).toBe('^(?s:a\\.b\\|c.*.)$');
    expect(globToRegExpSource('')).toBe('^(?s:)$');
  });
});
