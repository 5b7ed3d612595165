import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foreignText, readBlock, spliceBlock } from './subscriptions-block.ts';
import { A, isOurs, parsed, spliced } from './testing/block.ts';
import { foreignTexts, ourEntries } from './testing/random-lists.ts';

describe('whatever the list', () => {
  it("keeps others' bytes, parses right, is stable, and leaves no trace", () => {
    const sequences = fc.array(ourEntries(), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(foreignTexts(), sequences, (before, sets) => {
        const foreign = parsed(before);
        let text: string | undefined = before;
        for (const entries of [...sets, []]) {
          const result = spliceBlock(text, entries);
          fc.pre(result.ok);
          text = result.text;
          expect(foreignText(text)).toBe(before);
          expect(readBlock(text)).toEqual({ entries });
          const list = parsed(text);
          const ours = entries.map((entry) => ({ ...entry, managedBy: 'argocd-dingtalk' }));
          expect(list.filter(isOurs)).toEqual(ours);
          expect(list.filter((each) => !isOurs(each))).toEqual(foreign);
          expect(spliceBlock(text, entries)).toEqual({ ok: true, text });
        }
        expect(text).toBe(before);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('is refused only for a null among comments', () => {
    fc.assert(
      fc.property(foreignTexts(), (text) => {
        const result = spliceBlock(text, [A]);
        if (!result.ok) expect(result.message).toContain('is null');
      }),
      { numRuns: 60 },
    );
  });

  it('heals a block that was damaged by hand', () => {
    const isOurLine = (line: string): boolean => line.includes('argocd-dingtalk');
    const foreign = foreignTexts().filter(
      (text) => !isOurLine(text) && !/^(?:\ufeff|\s*(?:null|~)\s*$)/i.test(text),
    );
    const damages = fc.array(fc.tuple(fc.constantFrom('delete', 'copy', 'swap', 'copy all'), fc.nat()), {
      minLength: 1,
    });
    const some = ourEntries().filter((entries) => entries.length > 0);
    fc.assert(
      fc.property(foreign, some, ourEntries(), damages, (before, first, second, list) => {
        const result = spliceBlock(before, first);
        fc.pre(result.ok);
        const lines = (result.text ?? '').split('\n');
        for (const [damage, at] of list) {
          const ours = lines.flatMap((line, index) => (isOurLine(line) ? [index] : []));
          if (ours.length === 0) break;
          const index = ours[at % ours.length] ?? 0;
          const line = lines[index] ?? '';
          if (damage === 'delete') lines.splice(index, 1);
          if (damage === 'copy') lines.splice(index, 0, line);
          if (damage === 'copy all') lines.splice(index, 0, ...ours.map((each) => lines[each] ?? ''));
          if (damage === 'swap') lines.splice(ours[0] ?? 0, 0, ...lines.splice(index, 1));
        }
        const after = spliced(lines.join('\n'), second);
        expect(readBlock(after)).toEqual({ entries: second });
        expect(parsed(after).filter((each) => !isOurs(each))).toEqual(parsed(before));
        expect(spliced(after, second)).toBe(after);
        // The line break that we had to add may be forgotten, nothing else.
        expect(foreignText(after)?.replace(/\s/g, '')).toBe(before.replace(/\s/g, ''));
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
