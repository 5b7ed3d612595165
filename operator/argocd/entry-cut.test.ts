import { describe, expect, it } from 'vitest';
import { type EntryCut, withoutDeliveries } from './entry-cut.ts';
import { readForeignEntries } from './foreign-entries.ts';
import { spliceBlock } from './subscriptions-block/subscriptions-block.ts';

const cut = (...gone: readonly (readonly [number, ...string[]])[]) =>
  new Map(gone.map(([index, ...recipients]) => [index, new Map(recipients.map((each) => [each, []]))]));
/** The recipients of the first entry with the triggers that they keep. */
const keeping = (kept: Record<string, string[]>): EntryCut => new Map([[0, new Map(Object.entries(kept))]]);

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
    expect(withoutDeliveries(text, gone)).toEqual({ ok: true, text: rest });
  });

  it('leave entries of ours alone, which do not count', () => {
    const ours = [{ recipients: ['dt_a_b'], triggers: ['dt_a_b_c'] }];
    const before = spliceBlock(LIST, ours);
    if (!before.ok) throw new Error(before.message);
    expect(readForeignEntries(before.text).map(({ index }) => index)).toEqual([0, 1, 2]);
    const after = withoutDeliveries(before.text, cut([2, 'ding']));
    const wanted = spliceBlock(LIST.replace('- {recipients: [ding], triggers: [a]}\n', ''), ours);
    expect(after).toEqual({ ok: true, text: wanted.ok && wanted.text });
  });

  it.each([
    [
      'an entry that another one refers to',
      '- &a {recipients: [ding], triggers: [x]}\n- *a\n',
      cut([0, 'ding']),
      '- {"recipients":["ding"],"triggers":["x"]}\n',
    ],
    [
      'a recipient of a list that another entry refers to',
      '# all\n- recipients: &all [ding, slack:x]\n  triggers: [a]\n- recipients: *all # again\n  triggers: [b]\n',
      cut([0, 'ding'], [1, 'ding']),
      '# all\n- recipients: &all [slack:x]\n  triggers: [a]\n- {"recipients":["slack:x"],"triggers":["b"]}\n',
    ],
    [
      'in brackets',
      '[&a {recipients: [b]}, *a, {recipients: [c]}]',
      cut([1, 'b']),
      '[&a {recipients: [b]}, {recipients: [c]}]',
    ],
  ])('are written anew where aliases tie them together: %s', (_, text, gone, rest) => {
    expect(withoutDeliveries(text, gone)).toEqual({ ok: true, text: rest });
  });

  it('stay where nobody can cut: the list is an alias', () => {
    expect(withoutDeliveries('--- &a text\n', cut([0, 'ding']))).toEqual({ ok: false });
  });
});

describe('triggers of recipients', () => {
  it.each([
    [
      'of the only recipient',
      '- recipients: [ding] # group\n  triggers: [a, b] # both\n',
      keeping({ ding: ['b'] }),
      '- recipients: [ding] # group\n  triggers: [b] # both\n',
    ],
    [
      'in lines',
      '- recipients:\n  - ding\n  triggers:\n  - a # first\n  - b\n  selector: x=y\n',
      keeping({ ding: ['b'] }),
      '- recipients:\n  - ding\n  triggers:\n  - b\n  selector: x=y\n',
    ],
    [
      'of one of several, which gets an entry of its own',
      '- recipients: [ding, slack:x]\n  triggers: [a, b]\n  selector: x=y\n# end\n',
      keeping({ ding: ['b'] }),
      '- recipients: [slack:x]\n  triggers: [a, b]\n  selector: x=y\n- {"recipients":["ding"],"triggers":["b"],"selector":"x=y"}\n# end\n',
    ],
    [
      'of two that keep different ones, beside one that goes',
      '- recipients: [ding, dong, gone]\n  triggers: [a, b, c]',
      keeping({ ding: ['b'], dong: ['c', 'a'], gone: [] }),
      '- recipients: [ding]\n  triggers: [b]\n- {"recipients":["dong"],"triggers":["c","a"]}',
    ],
    [
      'of the default ones',
      '  - recipients: [ding]\n  - recipients: [x]\n',
      keeping({ ding: ['b'] }),
      '  - {"recipients":["ding"],"triggers":["b"]}\n  - recipients: [x]\n',
    ],
    [
      'in brackets',
      '[{recipients: [ding, x], triggers: [a, b]}]',
      keeping({ ding: ['b'] }),
      '[{recipients: [x], triggers: [a, b]}, {"recipients":["ding"],"triggers":["b"]}]',
    ],
    [
      'in brackets, before others',
      '[{recipients: [ding, x], triggers: [a, b]}, {recipients: [y]}]',
      keeping({ ding: ['b'] }),
      '[{recipients: [x], triggers: [a, b]}, {"recipients":["ding"],"triggers":["b"]}, {recipients: [y]}]',
    ],
  ])('go %s', (_, text, kept, rest) => {
    expect(withoutDeliveries(text, kept)).toEqual({ ok: true, text: rest });
  });
});
