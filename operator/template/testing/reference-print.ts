import type { BodyScope } from '../go/context.ts';
import type { Escape } from '../go/defines.ts';
import { characters, Printed, percentEncoded, textOf } from './reference-text.ts';

const MAX_VALUE = 1_000;

/** How a value is printed. */
export function print(value: unknown, mode: Escape): string {
  if (value instanceof AppUrl && mode !== 'plain') return value.target;
  const text = textOf(value instanceof AppUrl ? value.url : value);
  const isRaw = value instanceof Printed && value.isRaw;
  const cut = characters(text, value instanceof Printed ? value.length : MAX_VALUE);
  const shown = cut === text ? text : `${cut}…`;
  return isRaw ? shown : ESCAPES[mode](shown);
}

const withoutMention = (text: string): string => text.replace(/(^|[^\w.+-])@+/g, '$1＠');

const LOOK_ALIKES: Readonly<Record<string, string>> = {
  '[': '［',
  ']': '］',
  '(': '（',
  ')': '）',
  '<': '＜',
};

const ESCAPES: Readonly<Record<Escape, (text: string) => string>> = {
  plain: withoutMention,
  markdown: (text) => {
    const line = withoutMention(
      text.replace(/[\r\n]+/g, ' ').replace(/[[\]()<]/g, (c) => LOOK_ALIKES[c] ?? c),
    );
    return /^[#>*+-]/.test(line) ? `\u200b${line}` : line;
  },
  url: (text) =>
    percentEncoded(text).replace(/%(3A|2F|3F|23|40|26|3D|2B|2C|3B|24|21|25)/g, (code) =>
      decodeURIComponent(code),
    ),
};

/** A text, except where it is printed as a link. */
class AppUrl extends String {
  readonly url: string;
  readonly target: string;

  constructor(url: string, target: string) {
    super(url);
    this.url = url;
    this.target = target;
  }
}

/** `appUrl` of the Application. */
export function appUrl(app: unknown, { argocdUrl }: BodyScope): unknown {
  if (argocdUrl === undefined) return '';
  const { namespace, name } = (app as { metadata?: { namespace?: unknown; name?: unknown } }).metadata ?? {};
  const part = (value: unknown, max: number): string => characters(formEncoded(textOf(value)), max);
  const url = `${argocdUrl}/applications/${part(namespace, 63)}/${part(name, 253)}`;
  const page = `${percentEncoded(`${argocdUrl}/applications/`)}${part(namespace, 63)}%2F${part(name, 253)}`;
  return new AppUrl(url, `dingtalk://dingtalkclient/page/link?url=${page}&pc_slide=false`);
}

/** As in a query, where a space is a `+`. */
const formEncoded = (text: string): string => percentEncoded(text).replaceAll('%20', '+');
