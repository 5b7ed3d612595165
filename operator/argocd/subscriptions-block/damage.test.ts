import { describe, expect, it, test } from 'vitest';
import { foreignText, readBlock, spliceBlock } from './subscriptions-block.ts';
import { A, B, BEGIN, END, LINE_A, LINE_B, parsed, SLACK, spliced } from './testing/block.ts';

describe('a damaged block', () => {
  const clean = `${SLACK}${BEGIN}\n- ${LINE_A}\n- ${LINE_B}\n${END}\n`;

  test.each([
    ['begin marker lost', `${SLACK}- ${LINE_A}\n- ${LINE_B}\n${END}\n`],
    ['end marker lost', `${SLACK}${BEGIN}\n- ${LINE_A}\n- ${LINE_B}\n`],
    ['both markers lost', `- ${LINE_B}\n${SLACK}- ${LINE_A}\n`],
    ['only markers left', `${SLACK}${END}\n${BEGIN}\n`],
    ['block copied', `${clean}${BEGIN}\n- ${LINE_A}\n${END}\n`],
    ['entry copied', `- ${LINE_A}\n${clean}`],
    ['entry moved', `- ${LINE_A}\n${SLACK}${BEGIN}\n- ${LINE_B}\n${END}\n`],
    ['entry slipped into an entry', `${SLACK}    - ${LINE_A}\n${BEGIN}\n- ${LINE_B}\n${END}\n`],
    ['entry without its dash', `${SLACK}${BEGIN}\n${LINE_A}\n- ${LINE_B}\n${END}\n`],
    ['entry with a comma', `${SLACK}${BEGIN}\n- ${LINE_A},\n- ${LINE_B}\n${END}\n`],
    ['last line break lost', clean.slice(0, -1)],
    ['state of the marker damaged', clean.replace(`${BEGIN}\n`, `${BEGIN} {"lineBreak\n`)],
    [
      'written out by another tool',
      `${SLACK}- managedBy: argocd-dingtalk\n  recipients:\n  - dt_a\n  triggers:\n  - dt_x\n  - dt_y\n`,
    ],
  ])('%s: is written anew', (_, text) => {
    expect(spliced(text, [A, B])).toBe(clean);
    expect(spliced(text, [])).toBe(SLACK);
    expect(foreignText(text)).toBe(SLACK);
  });

  it('is written anew inside brackets too', () => {
    const text = `[${LINE_A}, {a: 1}, # c\n ${LINE_B}\n]`;
    expect(readBlock(text)).toEqual({ entries: [A, B] });
    expect(spliced(text, [])).toBe('[{a: 1}, # c\n]');
    expect(spliced(text, [B])).toBe(
      `[\n  ${BEGIN} {"lineBreak":true}\n  ${LINE_B},\n  ${END}\n{a: 1}, # c\n]`,
    );
    const nested = `[ [\n  ${BEGIN}\n  ${LINE_A},\n  ${END}\n a ] ]`;
    expect(parsed(spliced(nested, [A]))).toEqual([{ ...A, managedBy: 'argocd-dingtalk' }, ['a']]);
  });

  it('keeps what others wrote between the markers', () => {
    const text = `${BEGIN}\n- ${LINE_A}\n- mine: 1 # not yours\n- ${LINE_B}\n${END}\n`;
    expect(spliced(text, [A])).toBe(`- mine: 1 # not yours\n${BEGIN}\n- ${LINE_A}\n${END}\n`);
  });
});

describe('what only looks like ours', () => {
  test.each([
    ['a block scalar', `- note: |\n    ${BEGIN}\n    - ${LINE_A}\n    ${END}\n  b: 1\n`],
    ['a quoted text', `- '\n   ${BEGIN}\n\n   - ${LINE_A}\n   ${END}'\n`],
    ['a plain text over several lines', `- a\n  - ${LINE_A}\n`],
    ['another owner', '- {"recipients":["a"],"triggers":["b"],"managedBy":"argocd-dingtalk-2"}\n'],
    ['another marker', '# BEGIN argocd-dingtalk-2\n- a\n# END argocd-dingtalks\n'],
  ])('%s: is left alone', (_, text) => {
    expect(readBlock(text)).toEqual({ entries: [] });
    expect(foreignText(text)).toBe(text);
    const after = spliced(text, [B]);
    expect(after).toContain(text);
    expect(readBlock(after)).toEqual({ entries: [B] });
    expect(spliced(after, [])).toBe(text);
  });
});

describe('a value that is no list', () => {
  test.each([
    ['a map', 'recipients: [a]\n', 'a map, not a list at line 1, column 1'],
    ['a string', '# c\nhello\n', 'a single value, not a list at line 2, column 1'],
    ['null among comments', '# c\nnull\n', 'null, not a list at line 2, column 1'],
    ['broken YAML', '- a: b: c\n', 'not valid YAML'],
    ['where', '- a\n- b\n- c: d: e\n', 'at line 3, column 6'],
    ['several documents', '- a\n---\n- b\n', 'more than one document at line 2'],
    ['document end', '- a\n...\n', 'document end marker (...) at line 2, column 1'],
    ['a directive', '# c\n%YAML 1.1\n---\n- a\n', 'directive (%) at line 2, column 1'],
    ['tab indentation', '- a\n\t# c\n', 'tab at line 2, column 1'],
    ['only a tab', '\t\n', 'tab at line 1, column 1'],
    ['unknown alias', '- *a\n', 'cannot be read'],
    ['a control character', '- a\n- b\u007f\n', 'U+007F'],
    ['another line break', '# a\u2028- b\n', 'U+2028'],
    ['a byte order mark inside', '- a # \ufeff\n', 'U+FEFF'],
    ['a lone carriage return', '- a\r- b\n', 'U+000D'],
    ['a list that contains itself', '&a\n- *a\n', 'cannot be read'],
    ['nested too deep', '['.repeat(10_000), 'subscriptions'],
    [
      'too many aliases',
      `- &a [x]\n${'- &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n- &a [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n'.repeat(4)}`,
      'cannot be read',
    ],
  ])('%s: is refused, with the place', (_, text, message) => {
    const result = spliceBlock(text, [A]);
    expect(result).toMatchObject({
      ok: false,
      reason: 'TargetBroken',
      message: expect.stringContaining(message),
    });
    expect(foreignText(text)).toBe(text);
    expect(spliceBlock(text, [])).toEqual({ ok: true, text });
  });

  it('still tells which of the entries are ours, and what is not', () => {
    const text = `- {broken\n${BEGIN}\n- ${LINE_A}\n${END}\n`;
    expect(readBlock(text)).toEqual({ entries: [A] });
    expect(foreignText(text)).toBe('- {broken\n');
    expect(spliceBlock(text, [B])).toMatchObject({ ok: false });
    expect(spliceBlock(text, [])).toMatchObject({ ok: false, message: expect.stringContaining('line') });
  });

  it('is not cured by taking lines out of what may be a quoted text', () => {
    // go-yaml takes this list as it is.
    const text = `-   'a\n\n-  ${LINE_A}\n    b'\n`;
    expect(spliceBlock(text, [B])).toMatchObject({ ok: false, reason: 'TargetBroken' });
  });

  it('is not touched where others refer to an entry of ours', () => {
    const text = `- &x ${LINE_A}\n- <<: *x\n`;
    expect(spliceBlock(text, [B])).toMatchObject({ ok: false, message: expect.stringContaining('by hand') });
  });
});
