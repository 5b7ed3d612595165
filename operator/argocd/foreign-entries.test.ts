import { describe, expect, it } from 'vitest';
import { readForeignEntries, withoutRecipients } from './foreign-entries.ts';
import { spliceBlock } from './subscriptions-block/subscriptions-block.ts';

const cut = (...gone: readonly (readonly [number, ...string[]])[]) =>
  new Map(gone.map(([index, ...recipients]) => [index, new Set(recipients)]));

const LIST = `# who hears of what
- recipients: [ding, "slack:ops"]   # both
  triggers: [on-deployed]

- recipients:
  - slack:dev   # first
  - ding
  - wall
  selector: tier=gold
# the end
- {recipients: [ding], triggers: [a]}
`;

describe('recipients of entries', () => {
  it.each([
    ['nothing', LIST, cut(), LIST],
    ['the first in brackets', LIST, cut([0, 'ding']), LIST.replace('[ding, ', '[')],
    ['the last in brackets', LIST, cut([0, 'slack:ops']), LIST.replace(', "slack:ops"]', ']')],
    ['one in the middle of lines', LIST, cut([1, 'ding']), LIST.replace('  - ding\n', '')],
    ['the first of lines', LIST, cut([1, 'slack:dev']), LIST.replace('  - slack:dev   # first\n', '')],
    ['two of three', LIST, cut([1, 'ding', 'wall']), LIST.replace('  - ding\n  - wall\n', '')],
    [
      'an entry, with its lines',
      LIST,
      cut([2, 'ding']),
      LIST.replace('- {recipients: [ding], triggers: [a]}\n', ''),
    ],
    [
      'of several entries',
      LIST,
      cut([0, 'ding'], [2, 'ding']),
      LIST.replace('[ding, ', '[').replace('- {recipients: [ding], triggers: [a]}\n', ''),
    ],
    ['the last two in brackets', '- recipients: [a, b, c]\n', cut([0, 'b', 'c']), '- recipients: [a]\n'],
    [
      'every other one in brackets',
      '- recipients: [a, b, c, d]\n',
      cut([0, 'b', 'd']),
      '- recipients: [a, c]\n',
    ],
    [
      'the last in brackets of several lines',
      '- recipients: [\n    a,\n    b\n  ]\n',
      cut([0, 'b']),
      '- recipients: [\n    a  ]\n',
    ],
    ['an entry in brackets', '[{recipients: [a]}, {recipients: [b]}]', cut([0, 'a']), '[{recipients: [b]}]'],
    [
      'without a line break at the end',
      '- recipients: [a]\n- recipients: [b]',
      cut([1, 'b']),
      '- recipients: [a]\n',
    ],
    ['indented', '  - recipients: [a]\n  - recipients: [b]\n', cut([0, 'a']), '  - recipients: [b]\n'],
    ['all there is', '- recipients: [a]\n', cut([0, 'a']), undefined],
    ['all there is in brackets', '[{recipients: [a]}]', cut([0, 'a']), undefined],
    ['all but a comment', '# mine\n- recipients: [a]\n', cut([0, 'a']), '# mine\n'],
  ])('go without a trace: %s', (_, text, gone, rest) => {
    expect(withoutRecipients(text, gone)).toEqual({ ok: true, text: rest });
  });

  it('leave entries of ours alone, which do not count', () => {
    const ours = [{ recipients: ['dt_a_b'], triggers: ['dt_a_b_c'] }];
    const before = spliceBlock(LIST, ours);
    if (!before.ok) throw new Error(before.message);
    expect(readForeignEntries(before.text).map(({ index }) => index)).toEqual([0, 1, 2]);
    const after = withoutRecipients(before.text, cut([2, 'ding']));
    const wanted = spliceBlock(LIST.replace('- {recipients: [ding], triggers: [a]}\n', ''), ours);
    expect(after).toEqual({ ok: true, text: wanted.ok && wanted.text });
  });

  it('can be cut from an entry that another one refers to', () => {
    const text = '- &a {recipients: [ding], triggers: [x]}\n- *a\n';
    expect(withoutRecipients(text, cut([0, 'ding']))).toEqual({
      ok: true,
      text: '- {"recipients":["ding"],"triggers":["x"]}\n',
    });
  });
});
