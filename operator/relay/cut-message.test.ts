import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutMessage, type Message } from './cut-message.ts';

const LIMITS = { maxBytes: 20_000, locale: 'en' } as const;
const NOTE = 'The rest of this message is left out, because the message is too long for DingTalk.';
const NOBODY = { at: {}, keywords: [] };
const markdown = (text: string): Message => ({
  msgtype: 'markdown',
  markdown: { title: 't', text },
  msgUuid: 'u',
});
const textOf = (message: Message | undefined): string =>
  (message as { markdown: { text: string } }).markdown.text;
const bytes = (message: Message | undefined): number => Buffer.byteLength(JSON.stringify(message));

it('a message that is short enough stays as it is', () => {
  const message = markdown('short');
  expect(cutMessage(message, NOBODY, LIMITS)).toBe(message);
});

it('a long one is cut at a line break, with a note', () => {
  const lines = Array.from({ length: 500 }, (_, n) => `- line ${n} ${'x'.repeat(40)}`);
  const cut = cutMessage(markdown(lines.join('\n')), NOBODY, LIMITS);
  const shown = textOf(cut).split('\n');
  expect(shown.slice(-2)).toEqual(['', NOTE]);
  expect(shown.slice(0, -2)).toEqual(lines.slice(0, shown.length - 2));
  expect(bytes(cut)).toBeGreaterThan(19_800);
});

it('a long one in Chinese has a Chinese note', () => {
  const cut = cutMessage(markdown('字'.repeat(9_000)), NOBODY, { ...LIMITS, locale: 'zh-CN' });
  expect(textOf(cut)).toMatch(/^字+\n\n消息过长，其余内容已省略。$/);
});

it('the mentions and the keyword at its end are kept, and only those', () => {
  const text = `${'x'.repeat(30_000)}\n\n@13800000000 @zhang\n\n— 部署`;
  const needs = {
    at: { mobiles: ['13800000000', '13900000000'], userIds: ['zhang'] },
    keywords: ['发布', '部署'],
  };
  expect(textOf(cutMessage(markdown(text), needs, LIMITS))).toMatch(
    new RegExp(`^x+\\n\\n${NOTE}\\n\\n@13800000000 @zhang\\n\\n— 部署$`),
  );
});

describe('other types', () => {
  const long = 'x'.repeat(30_000);
  it.each<[string, Message]>([
    ['text', { content: long }],
    ['link', { title: 't', messageUrl: 'https://a.example', text: long }],
    ['actionCard', { title: 't', singleTitle: 'a', singleURL: 'https://a.example', text: long }],
  ])('%s is cut, too, and keeps its other fields', (msgtype, content) => {
    const cut = cutMessage({ msgtype, [msgtype]: content }, NOBODY, LIMITS);
    expect(bytes(cut)).toBeLessThanOrEqual(20_000);
    expect(JSON.stringify(cut)).toContain(NOTE);
    expect(Object.keys(cut?.[msgtype] as object)).toEqual(Object.keys(content));
  });

  it.each<[string, Message]>([
    ['a feedCard', { msgtype: 'feedCard', feedCard: { links: [{ title: long }] } }],
    ['an unknown type', { msgtype: 'constructor', constructor: { text: long } }],
    ['no type', { text: long }],
    ['a text that is none', { msgtype: 'text', text: { content: [long] } }],
    ['no object', { msgtype: 'text', text: long }],
    ['a title that is too long', { msgtype: 'markdown', markdown: { title: long, text: 'short' } }],
  ])('%s cannot be cut', (_, message) => {
    expect(cutMessage(message, NOBODY, LIMITS)).toBeUndefined();
  });
});

it('whatever the text is, the result is short enough, well-formed, and never cut for nothing', () => {
  const texts = fc.string({ unit: 'binary', minLength: 50, maxLength: 3_000 });
  fc.assert(
    fc.property(texts, fc.integer({ min: 400, max: 5_000 }), (text, maxBytes) => {
      const message = markdown(text);
      const cut = cutMessage(message, NOBODY, { maxBytes, locale: 'en' });
      expect(bytes(cut)).toBeLessThanOrEqual(maxBytes);
      if (bytes(message) > maxBytes) expect(textOf(cut)).toContain(NOTE);
      if (text.isWellFormed()) expect(textOf(cut).isWellFormed()).toBe(true);
    }),
  );
});
