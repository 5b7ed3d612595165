import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unifiedDiff } from './unified-diff.ts';

const lines = (...all: (string | number)[]) => all.map((line) => `${line}\n`).join('');

/** Patches a text as patch(1) does, and fails where a hunk does not fit. */
function patched(before: string, diff: readonly string[]): string {
  const old = before.split('\n').slice(0, -1);
  const result: string[] = [];
  let at = 0;
  for (const line of diff) {
    const header = /^@@ -(\d+),(\d+) \+(\d+),(\d+) @@$/.exec(line);
    if (header) {
      const start = Number(header[1]) - (header[2] === '0' ? 0 : 1);
      result.push(...old.slice(at, start));
      at = start;
      expect(result.length).toBe(Number(header[3]) - (header[4] === '0' ? 0 : 1));
    } else if (line.startsWith('+')) result.push(line.slice(1));
    else {
      expect(old[at++]).toBe(line.slice(1));
      if (line.startsWith(' ')) result.push(line.slice(1));
    }
  }
  return lines(...result, ...old.slice(at));
}

describe('a unified diff', () => {
  it('shows what changes, with three lines around it', () => {
    expect(unifiedDiff(lines(1, 2, 3, 4, 5, 6, 7, 8, 9), lines(1, 2, 3, 4, 'five', 6, 7, 8, 9))).toEqual([
      ...['@@ -2,7 +2,7 @@', ' 2', ' 3', ' 4', '-5', '+five', ' 6', ' 7', ' 8'],
    ]);
  });

  it('has a hunk for each group of changes', () => {
    const before = Array.from({ length: 20 }, (_, index) => index);
    const diff = unifiedDiff(lines(...before), lines('new', ...before.slice(0, -1)));
    expect(diff.filter((line) => line.startsWith('@@'))).toEqual(['@@ -1,3 +1,4 @@', '@@ -17,4 +18,3 @@']);
  });

  it('counts from nothing as diff does', () => {
    expect(unifiedDiff('', lines('a', 'b'))).toEqual(['@@ -0,0 +1,2 @@', '+a', '+b']);
    expect(unifiedDiff(lines('a'), '')).toEqual(['@@ -1,1 +0,0 @@', '-a']);
  });

  it('is empty for equal texts', () => {
    expect(unifiedDiff(lines('a'), lines('a'))).toEqual([]);
  });

  it('leads from one text to the other', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 40 }).map((all) => lines(...all));
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(patched(before, unifiedDiff(before, after))).toBe(after);
      }),
    );
  });
});
