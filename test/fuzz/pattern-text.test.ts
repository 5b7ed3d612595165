import { describe, expect, it } from 'vitest';
import { crdSchemas } from '../../operator/api/crd-schemas.ts';
import { PatternText } from './pattern-text.ts';
import { Random } from './random.ts';

const schemas = JSON.stringify(await crdSchemas());
const patterns = [...new Set([...schemas.matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)])].map(
  ([, text]) => JSON.parse(text as string) as string,
);

describe('a text for a pattern', () => {
  it.each([...new Set(patterns)])('matches %s', (pattern) => {
    const maker = new PatternText(pattern);
    const random = new Random(1);
    for (let count = 0; count < 100; count++) {
      const text = maker.short(random, 40);
      expect(text).toMatch(new RegExp(pattern, 'u'));
      expect(text.length).toBeLessThanOrEqual(40);
    }
  });

  it('has exactly the length that it may have', () => {
    const name = new PatternText('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$');
    const lengths = Array.from({ length: 30 }, (_, index) => name.exactly(new Random(index), 63).length);
    expect(lengths.filter((length) => length === 63).length).toBeGreaterThan(10);
  });

  it('is refused where it cannot be made', () => {
    expect(() => new PatternText('^(?=a)b$')).toThrow('(?=a)');
  });
});
