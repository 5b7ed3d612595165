import Handlebars from 'handlebars';
import type { BodyScope } from '../go/context.ts';
import type { Escape } from '../go/defines.ts';
import { characters, helpers, Printed, percentEncoded, textOf } from './reference-helpers.ts';

/** The data that a template sees. */
export interface Data {
  readonly app: unknown;
  readonly context: Readonly<Record<string, string>>;
}

const MAX_VALUE = 1_000;

/** What stock Handlebars prints for a template in each kind of field, with the language's helpers and escape function. */
export function renderReference(
  source: string,
  data: Data,
  scope: BodyScope,
  modes: readonly Escape[],
): string[] {
  const environment = Handlebars.create();
  for (const [name, helper] of Object.entries(helpers(scope.timeZone)))
    environment.registerHelper(name, helper as Handlebars.HelperDelegate);
  environment.registerHelper('each', eachSorted);
  environment.registerHelper(ROOTS_BLOCK, function (this: unknown, options: Handlebars.HelperOptions) {
    const roots = [data.app, data.context, scope.params, scope.event, appUrl(data.app, scope)];
    return options.fn(this, { data: options.data, blockParams: roots });
  });
  // White space control has been done by parse; done again it would take more away.
  const render = environment.compile(withRoots(Handlebars.parse(source)), { ignoreStandalone: true });
  const escaping = Handlebars.Utils.escapeExpression;
  // Handlebars has one escape function for all its environments, and a template looks it up once.
  let current: Escape = 'plain';
  Handlebars.Utils.escapeExpression = (value: unknown) => print(value, current);
  try {
    return modes.map((mode) => {
      current = mode;
      return render({});
    });
  } finally {
    Handlebars.Utils.escapeExpression = escaping;
  }
}

/** How a value is printed. */
function print(value: unknown, mode: Escape): string {
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

/** A text, but for where it is printed as a link. */
class AppUrl extends String {
  readonly url: string;
  readonly target: string;

  constructor(url: string, target: string) {
    super(url);
    this.url = url;
    this.target = target;
  }
}

function appUrl(app: unknown, { argocdUrl }: BodyScope): unknown {
  if (argocdUrl === undefined) return '';
  const { namespace, name } = (app as { metadata?: { namespace?: unknown; name?: unknown } }).metadata ?? {};
  const part = (value: unknown, max: number): string => characters(formEncoded(textOf(value)), max);
  const url = `${argocdUrl}/applications/${part(namespace, 63)}/${part(name, 253)}`;
  const page = `${percentEncoded(`${argocdUrl}/applications/`)}${part(namespace, 63)}%2F${part(name, 253)}`;
  return new AppUrl(url, `dingtalk://dingtalkclient/page/link?url=${page}&pc_slide=false`);
}

/** As in a query, where a space is a `+`. */
const formEncoded = (text: string): string => percentEncoded(text).replaceAll('%20', '+');

/** Go goes through a map in the order of its keys' bytes. */
function eachSorted(this: unknown, list: unknown, options: Handlebars.HelperOptions): string {
  const isList = Array.isArray(list);
  const keys = isList
    ? [...list.keys()]
    : Object.keys(Object(typeof list === 'string' ? {} : list)).sort(byBytes);
  if (keys.length === 0 || typeof list !== 'object' || list === null) return options.inverse(this);
  return keys
    .map((key, index) => {
      const data = Handlebars.createFrame(options.data);
      Object.assign(data, { key, index, first: index === 0, last: index === keys.length - 1 });
      const item = (list as Record<string | number, unknown>)[key];
      return options.fn(item, { data, blockParams: [item, key] });
    })
    .join('');
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const ROOTS_BLOCK = '__roots';

/** One invisible block around everything gives the roots their names, so that they are seen inside of every block. */
function withRoots(program: hbs.AST.Program): hbs.AST.Program {
  const { loc } = program;
  const path = {
    type: 'PathExpression',
    data: false,
    depth: 0,
    parts: [ROOTS_BLOCK],
    original: ROOTS_BLOCK,
    loc,
  };
  const inner = { ...program, blockParams: ['app', 'context', 'params', 'event', 'appUrl'] };
  const strips = { openStrip: {}, inverseStrip: {}, closeStrip: {} };
  const block = { type: 'BlockStatement', path, params: [], program: inner, ...strips, loc };
  return { type: 'Program', body: [block], strip: {}, blockParams: [], loc } as unknown as hbs.AST.Program;
}
