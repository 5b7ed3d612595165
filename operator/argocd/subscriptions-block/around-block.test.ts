import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { parseAroundBlock } from './around-block.ts';
import { parseListText } from './list-text.ts';
import { spliceBlock } from './subscriptions-block.ts';
import { A, B, BEGIN, END, LINE_A, LINE_B, SLACK, spliced } from './testing/block.ts';
import { foreignTexts, ourEntries } from './testing/random-lists.ts';

/** Lines that give the lines beside them another meaning, or are almost lines of ours. */
const HOSTILE = [
  ...[
    '- a:',
    '- &a',
    '- *a',
    '- |',
    '- >-',
    '- "',
    "- '",
    '- ? x',
    '- !!str',
    '- - ',
    '- a: &b [',
    ']',
    '},',
    ',',
    '[',
  ],
  ...['#', '  # x', '...', '---', '%YAML 1.2', '\t', '', '  more', 'key: value', '- {a: ', '- x: |2'],
  ...[
    BEGIN,
    END,
    `  ${BEGIN}`,
    `x ${END}`,
    `- ${LINE_A}`,
    `  - ${LINE_A}`,
    `  ${LINE_B},`,
    `- ${LINE_B} # }`,
  ],
  ...[
    `- ${LINE_A.replace(':', ': ')}`,
    `- ${LINE_A.replace('dt_a', '\\ud800')}`,
    `${LINE_A}`,
    `- {${LINE_A}: 1}`,
  ],
];

it('is the parse of the whole text, whatever is around the block and in it', () => {
  const damages = fc.array(fc.tuple(fc.constantFrom(...HOSTILE), fc.nat()), { maxLength: 2 });
  fc.assert(
    fc.property(foreignTexts(), ourEntries(), damages, (before, entries, list) => {
      const result = spliceBlock(before, entries);
      fc.pre(result.ok && result.text !== undefined);
      const lines = (result.text ?? '').split('\n');
      for (const [line, at] of list) lines.splice(at % (lines.length + 1), 0, line);
      const text = lines.join('\n');
      expect(parseAroundBlock(text)).toEqual(parseListText(text));
    }),
    { numRuns: 300 },
  );
}, 60_000);

test.each([
  ['a key that did not exist', undefined],
  ['entries of others', SLACK],
  ['a list in brackets', '[\n  {recipients: [x], triggers: [y]},\n]\n'],
  ['other line breaks', SLACK.replaceAll('\n', '\r\n')],
  ['an indentation', '# ours\n  - recipients: [x] # {\n    triggers: [y]\n'],
])('an entry that has not changed is not parsed again: %s', (_, foreign) => {
  const [first, second] = [
    [A, B],
    [A, { ...B, triggers: ['dt_new'] }, B],
  ].map((entries) => parseAroundBlock(spliced(foreign, entries) ?? ''));
  const ours = (list = first) => (list?.ok ? list.items.flatMap((item) => item.ours ?? []) : []);
  expect(ours(second)).toEqual([A, { ...B, triggers: ['dt_new'] }, B]);
  expect(ours(second)[0]).toBe(ours(first)[0]);
  expect(ours(second)[2]).toBe(ours(first)[1]);
});
