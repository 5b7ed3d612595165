import { own } from '../lib/own.ts';
import type { Locale } from '../message/catalogue/locale.ts';
import { type TextNeeds, textAdditions } from './text-additions.ts';

/** DingTalk's JSON of a message. */
export type Message = Readonly<Record<string, unknown>>;

/** How far a message is cut. */
export interface CutLimits {
  readonly maxBytes: number;
  readonly locale: Locale;
}

const NOTE: Readonly<Record<Locale, string>> = {
  en: 'The rest of this message is left out, because the message is too long for DingTalk.',
  'zh-CN': '消息过长，其余内容已省略。',
};

/** The field of each type that can be cut, and what separates its paragraphs. A feedCard has none. */
const TEXTS: ReadonlyMap<string, readonly [field: string, gap: string]> = new Map([
  ['markdown', ['text', '\n\n']],
  ['actionCard', ['text', '\n\n']],
  ['text', ['content', '\n']],
  ['link', ['text', ' ']],
]);

/**
 * The message with a shorter text: cut at a line break if there is one nearby, with a note, and with the mentions and the keyword
 * that the text had at its end.
 * @returns the message itself if it is short enough; undefined if its text cannot be cut so far
 */
export function cutMessage(message: Message, needs: TextNeeds, limits: CutLimits): Message | undefined {
  if (bytesOf(message) <= limits.maxBytes) return message;
  const type = typeof message.msgtype === 'string' ? message.msgtype : '';
  const [field, gap] = TEXTS.get(type) ?? [];
  const content = own(message, type) as Message | undefined;
  const text = field === undefined || typeof content !== 'object' ? undefined : own(content, field);
  if (field === undefined || gap === undefined || typeof text !== 'string') return undefined;
  const kept = { at: namedIn(text, needs), keywords: keptKeywords(text, needs.keywords) };
  const withText = (shorter: string): Message => {
    const noted = `${shorter}${gap}${NOTE[limits.locale]}`;
    const whole = noted + textAdditions(noted, kept, gap);
    return { ...message, [type]: { ...content, [field]: whole } };
  };
  // Each character of the text may be of several bytes, or escaped in JSON: the longest text that has room is looked for.
  let [fits, fitsNot] = [0, text.length];
  if (bytesOf(withText('')) > limits.maxBytes) return undefined;
  while (fitsNot - fits > 1) {
    const middle = Math.floor((fits + fitsNot) / 2);
    if (bytesOf(withText(text.slice(0, middle).toWellFormed())) <= limits.maxBytes) fits = middle;
    else fitsNot = middle;
  }
  return withText(atLineBreak(text.slice(0, fits)));
}

const bytesOf = (message: Message): number => Buffer.byteLength(JSON.stringify(message));

/** Up to the last line break, unless this leaves out more than half. Half a character is left out. */
function atLineBreak(text: string): string {
  const end = text.lastIndexOf('\n');
  const cut = end > text.length / 2 ? text.slice(0, end) : text.replace(/[\uD800-\uDBFF]$/, '');
  return cut.trimEnd();
}

/** The keyword by which DingTalk would have accepted the whole text. */
function keptKeywords(text: string, keywords: readonly string[]): readonly string[] {
  const had = keywords.filter((keyword) => text.includes(keyword));
  return had.length > 0 ? had : keywords;
}

/** Only those whom the whole text has mentioned. */
function namedIn(text: string, { at }: TextNeeds): TextNeeds['at'] {
  const isNamed = (name: string): boolean => text.includes(`@${name}`);
  return {
    mobiles: (at.mobiles ?? []).filter(isNamed),
    userIds: (at.userIds ?? []).filter(isNamed),
  };
}
