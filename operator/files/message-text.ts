import { own } from '../lib/own.ts';

/** A message's body as people read it: title and text, then links and mentions. */
export function messageText(body: unknown): string {
  const message = (body ?? {}) as Readonly<Record<string, unknown>>;
  const parts = [...contentOf(message), ...mentionsOf(message.at)];
  return withoutControls(parts.filter((part) => part !== '').join('\n\n'));
}

type Fields = Readonly<Record<string, unknown>>;

function contentOf(message: Fields): string[] {
  const { msgtype } = message;
  const content = typeof msgtype === 'string' ? own(message, msgtype) : undefined;
  if (content === null || typeof content !== 'object') return [JSON.stringify(message, null, 2)];
  const fields = content as Fields;
  switch (msgtype) {
    case 'text':
      return [text(fields.content)];
    case 'markdown':
      return [text(fields.title), text(fields.text)];
    case 'link':
      return [text(fields.title), text(fields.text), text(fields.messageUrl), text(fields.picUrl)];
    case 'actionCard':
      return [text(fields.title), text(fields.text), buttonsOf(fields)];
    case 'feedCard':
      return listOf(fields.links).map(({ title, messageURL, picURL }) =>
        [text(title), text(messageURL), text(picURL)].join('\n'),
      );
    default:
      return [JSON.stringify(message, null, 2)];
  }
}

function buttonsOf({ singleTitle, singleURL, btns }: Fields): string {
  const single = singleTitle === undefined ? [] : [{ title: singleTitle, actionURL: singleURL }];
  const buttons: Fields[] = [...single, ...listOf(btns)];
  return buttons.map(({ title, actionURL }) => `[${text(title)}] ${text(actionURL)}`).join('\n');
}

function mentionsOf(at: unknown): string[] {
  const { atMobiles, atUserIds, isAtAll } = (at ?? {}) as Fields;
  const names = [...list(atMobiles), ...list(atUserIds)].map(text);
  const all = isAtAll === true ? [...names, 'everybody'] : names;
  return all.length === 0 ? [] : [`mentions: ${all.join(', ')}`];
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const listOf = (value: unknown): Fields[] => list(value).map((item) => (item ?? {}) as Fields);

/** A Go template may put any value where a text belongs. */
const text = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);

/** The text without characters that a terminal treats as a command: anybody may write the texts of an Application. */
export const withoutControls = (value: string): string =>
  value.replaceAll(/\r\n?/g, '\n').replaceAll(/(?!\n)\p{Cc}|\p{Bidi_Control}/gu, '�');
