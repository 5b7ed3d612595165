import { describe, expect, it, test } from 'vitest';
import { foreignText, readBlock, spliceBlock } from './subscriptions-block.ts';
import { A, B, BEGIN, END, LINE_A, LINE_B, parsed, SLACK, spliced } from './testing/block.ts';

describe('a key that does not exist', () => {
  it('is created, and goes with the last entry', () => {
    const text = spliced(undefined, [A, B]);
    expect(text).toBe(`${BEGIN} {"was":null}\n- ${LINE_A}\n- ${LINE_B}\n${END}\n`);
    expect(readBlock(text)).toEqual({ entries: [A, B] });
    expect(foreignText(text)).toBeUndefined();
    expect(spliceBlock(text, [])).toEqual({ ok: true, text: undefined });
    expect(spliceBlock(undefined, [])).toEqual({ ok: true, text: undefined });
    expect(readBlock(undefined)).toEqual({ entries: [] });
    expect(foreignText(undefined)).toBeUndefined();
  });

  it('stays for others who came after us, and goes when they have gone too', () => {
    const shared = `${spliced(undefined, [A])}${SLACK}`;
    expect(spliced(shared, [B])).toBe(`${BEGIN} {"was":null}\n- ${LINE_B}\n${END}\n${SLACK}`);
    expect(spliced(shared, [])).toBe(SLACK);
    const damaged = shared.replace(END, '# gone');
    expect(spliced(damaged, [A])).toContain('{"was":null}');
  });
});

describe('a value without entries', () => {
  test.each([
    '',
    '\n',
    '   ',
    '# nothing yet',
    '# nothing yet\n',
    '---\n',
    '---',
    '\ufeff',
    '# a\r\n# b\r\n',
  ])('%j: gets the block at its end, and is restored', (text) => {
    const after = spliced(text, [A]);
    expect(after?.startsWith(text)).toBe(true);
    expect(parsed(after)).toEqual([{ ...A, managedBy: 'argocd-dingtalk' }]);
    expect(foreignText(after)).toBe(text);
    expect(spliced(after, [])).toBe(text);
  });

  test.each(['null', '~\n', ' Null \r\n', '\ufeffnull\n'])('%j: is replaced, and restored', (text) => {
    const after = spliced(text, [A]);
    expect(parsed(after)).toHaveLength(1);
    expect(spliced(after, [])).toBe(text);
    expect(spliced(`${after}${SLACK}`, [])).toBe(text.startsWith('\ufeff') ? `\ufeff${SLACK}` : SLACK);
  });
});

describe('a block style list', () => {
  test.each([
    ['plain', SLACK, `${SLACK}${BEGIN}\n- ${LINE_A}\n${END}\n`],
    ['indented', `  - a: 1\n  # c\n`, `  - a: 1\n  # c\n  ${BEGIN}\n  - ${LINE_A}\n  ${END}\n`],
    ['no line break', '- a: 1', `- a: 1\n${BEGIN} {"lineBreak":true}\n- ${LINE_A}\n${END}\n`],
    ['CRLF', '- a: 1\r\n', `- a: 1\r\n${BEGIN}\r\n- ${LINE_A}\r\n${END}\r\n`],
    ['comment at the end', '- a: 1\n# c', `- a: 1\n# c\n${BEGIN} {"lineBreak":true}\n- ${LINE_A}\n${END}\n`],
    ['byte order mark', '\ufeff- a: 1\n', `\ufeff- a: 1\n${BEGIN}\n- ${LINE_A}\n${END}\n`],
    // To add a line break would add it to the scalar.
    ['open block scalar', '# c\n- |\n  x', `# c\n${BEGIN}\n- ${LINE_A}\n${END}\n- |\n  x`],
    ['open and kept', '- a: |+\n    x\n    ', `${BEGIN}\n- ${LINE_A}\n${END}\n- a: |+\n    x\n    `],
    ['kept line breaks', '- |+\n  x\n\n', `- |+\n  x\n\n${BEGIN}\n- ${LINE_A}\n${END}\n`],
  ])('%s', (_, text, expected) => {
    expect(spliced(text, [A])).toBe(expected);
    expect(spliced(expected, [A])).toBe(expected);
    expect(spliced(expected, [])).toBe(text);
    expect(foreignText(expected)).toBe(text);
    expect(readBlock(expected)).toEqual({ entries: [A] });
  });
});

describe('a flow style list', () => {
  test.each([
    ['empty', '[]', `[\n  ${BEGIN} {"lineBreak":true}\n  ${LINE_A},\n  ${END}\n]`],
    [
      'one line',
      '[ {a: 1}, {b: 2} ]\n',
      `[\n  ${BEGIN} {"lineBreak":true}\n  ${LINE_A},\n  ${END}\n {a: 1}, {b: 2} ]\n`,
    ],
    ['several lines', '[\n  {a: 1},\n]\n', `[\n  ${BEGIN}\n  ${LINE_A},\n  ${END}\n  {a: 1},\n]\n`],
    ['comment first', '--- [ # c\n{a: 1}]', `--- [ # c\n  ${BEGIN}\n  ${LINE_A},\n  ${END}\n{a: 1}]`],
    ['CRLF', '[\r\n]\r\n', `[\r\n  ${BEGIN}\r\n  ${LINE_A},\r\n  ${END}\r\n]\r\n`],
    [
      'anchor and tag',
      '&x !!seq [a]',
      `&x !!seq [\n  ${BEGIN} {"lineBreak":true}\n  ${LINE_A},\n  ${END}\na]`,
    ],
  ])('%s', (_, text, expected) => {
    expect(spliced(text, [A])).toBe(expected);
    expect(spliced(expected, [A])).toBe(expected);
    expect(spliced(expected, [])).toBe(text);
    expect(parsed(expected)).toEqual([{ ...A, managedBy: 'argocd-dingtalk' }, ...parsed(text)]);
  });
});

describe("others' edits after us", () => {
  const block = `${BEGIN}\n- ${LINE_A}\n${END}\n`;

  it('leaves the block where it is, and what was written around it', () => {
    const text = `# head\n- early: 1\n${block}\n# between\n- late: 2 # c\n`;
    expect(spliced(text, [A, B])).toBe(text.replace(LINE_A, `${LINE_A}\n- ${LINE_B}`));
    expect(spliced(text, [])).toBe('# head\n- early: 1\n\n# between\n- late: 2 # c\n');
  });

  it('keeps the line break that it had to add, if by now somebody needs it', () => {
    const block1 = block.replace(BEGIN, `${BEGIN} {"lineBreak":true}`);
    expect(spliced(`- a\n${block1}- late\n`, [])).toBe('- a\n- late\n');
    expect(spliced(`- |\n  now a block scalar\n${block1}`, [])).toBe('- |\n  now a block scalar\n');
    expect(spliced(`# c\n${block1}# later\n`, [])).toBe('# c\n# later\n');
    const flow = `[ # now a comment\n  ${BEGIN} {"lineBreak":true}\n  ${LINE_A},\n  ${END}\n{a: 1}]`;
    expect(spliced(flow, [])).toBe('[ # now a comment\n{a: 1}]');
  });

  it('follows the list to another indentation and other line ends', () => {
    expect(spliced(`  - a\n  ${BEGIN}\n    - ${LINE_A}\n${END}\n`, [B])).toBe(
      `  - a\n  ${BEGIN}\n  - ${LINE_B}\n  ${END}\n`,
    );
    const crlf = `- a\n${block}`.replaceAll('\n', '\r\n');
    expect(spliced(crlf, [A])).toBe(crlf);
  });
});
