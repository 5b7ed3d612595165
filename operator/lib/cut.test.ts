import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cutToBytes, cutToJsonBytes } from './cut.ts';

it('cuts no character in two and marks what is missing', () => {
  expect(cutToBytes('日本語', 8)).toBe('日…');
  expect(cutToJsonBytes('日本語', 8)).toBe('日…');
  expect(cutToJsonBytes('"\u0001"', 8)).toBe('"…');
  expect(cutToJsonBytes('"\u0001"', 10)).toBe('"\u0001"');
});

it('leaves what fits alone, and keeps everything else within the limit', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.integer({ min: 3, max: 80 }),
      (text, limit) => {
        const bytes = (each: string) => Buffer.byteLength(JSON.stringify(each)) - 2;
        const cut = cutToJsonBytes(text, limit);
        expect(bytes(cut)).toBeLessThanOrEqual(limit);
        expect(cut === text).toBe(bytes(text) <= limit);
        expect(text.startsWith(cut === text ? text : cut.slice(0, -1))).toBe(true);
      },
    ),
  );
});
