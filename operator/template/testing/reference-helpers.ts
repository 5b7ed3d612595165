/**
 * The language's helpers in JavaScript, as docs/templates.md describes them, for stock Handlebars to run: what the
 * compiled Go is held against. Written from the description and not from the Go.
 */

const MAX_TEXT = 10_000;
const MAX_JOINED = 4_000;

/** What is printed as it is, cut only where its author says. */
export class Printed {
  readonly text: string;
  readonly isRaw: boolean;
  readonly length: number;

  constructor(text: string, isRaw: boolean, length: number) {
    this.text = text;
    this.isRaw = isRaw;
    this.length = length;
  }

  toString(): string {
    return this.text;
  }
}

/** As many characters of a text, and not half of one. */
export const characters = (text: string, count: number): string => [...text].slice(0, count).join('');

/** A value's text: a text as it is, nothing for what is missing, all else as JSON with sorted keys. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Printed) return value.text;
  if (value instanceof String) return value.toString();
  return characters(typeof value === 'string' ? value : json(value), MAX_TEXT);
}

function json(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(json).join(',')}]`;
  if (value === null || typeof value !== 'object') return jsonScalar(value);
  const entries = Object.entries(value).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${entries.map(([key, item]) => `${jsonScalar(key)}:${json(item)}`).join(',')}}`;
}

const jsonScalar = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);

/** As Handlebars' own `#if` sees it. */
export function isTruthy(value: unknown): boolean {
  if (value instanceof Printed) return value.text !== '';
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

/** One character for one, as Go has it; JavaScript gives two for some. */
const mapCase = (text: string, change: (c: string) => string): string =>
  [...text].map((c) => ([...change(c)].length === 1 ? change(c) : c === '\u0130' ? 'i' : c)).join('');

/** Nothing stays nothing: to Handlebars, an object is something. */
function truncate(value: unknown, count: number): Printed | '' {
  const text = textOf(value);
  if (text === '') return '';
  const cut = characters(text, count);
  return new Printed(cut === text ? text : `${cut}…`, false, Number.POSITIVE_INFINITY);
}

function join(list: unknown, separator: string): string {
  if (!Array.isArray(list)) return textOf(list);
  let out = '';
  for (const [index, item] of list.entries()) {
    if (Buffer.byteLength(out) > MAX_JOINED) return `${out}…`;
    out += (index > 0 ? separator : '') + textOf(item);
  }
  return out;
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d{1,2}):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** The moment that a text names, by Go's rules for RFC 3339; undefined for none. */
function moment(text: string): number | undefined {
  const match = RFC3339.exec(text);
  if (!match) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [sign, offsetHours, offsetMinutes] = [match[8], Number(match[9] ?? 0), Number(match[10] ?? 0)];
  const days = new Date(Date.UTC(year || 400, month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > days || hour > 23 || minute > 59 || second > 59)
    return undefined;
  if (offsetHours > 24 || offsetMinutes > 60) return undefined;
  const time = new Date(0);
  time.setUTCFullYear(year, month - 1, day);
  time.setUTCHours(hour, minute, second);
  const shift = (offsetHours * 60 + offsetMinutes) * 60_000;
  const utc = time.getTime() - (sign === '-' ? -shift : sign === '+' ? shift : 0);
  // Go's zero time stands for none.
  return utc === -62_135_596_800_000 && Number(match[7] ?? 0) === 0 ? undefined : utc;
}

function date(value: unknown, format: string, zone: string): string {
  const at = moment(textOf(value));
  if (at === undefined) return '';
  const options = {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  } as const;
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    ...options,
  }).formatToParts(at);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '';
  const tokens: Record<string, string> = {
    YYYY: part('year').padStart(4, '0'),
    MM: part('month'),
    DD: part('day'),
    HH: part('hour'),
    mm: part('minute'),
    ss: part('second'),
  };
  return format.replace(/YYYY|MM|DD|HH|mm|ss/g, (token) => tokens[token] ?? '');
}

/** Every helper; Handlebars calls each with one argument more, its options. @param zone for `date` without one */
export function helpers(zone: string): Record<string, (...args: never[]) => unknown> {
  const equal = (a: unknown, b: unknown) => textOf(a) === textOf(b);
  const all = (args: unknown[]) => args.slice(0, -1);
  return {
    default: (...args: unknown[]) =>
      all(args)
        .map(textOf)
        .find((text) => text !== '') ?? '',
    upper: (value: unknown) => mapCase(textOf(value), (c) => c.toUpperCase()),
    lower: (value: unknown) => mapCase(textOf(value), (c) => c.toLowerCase()),
    short: (value: unknown) => characters(textOf(value), 7),
    truncate,
    replace: (value: unknown, from: string, to: string) =>
      characters(textOf(value).split(from).join(to), MAX_TEXT),
    urlencode: (value: unknown) => percentEncoded(textOf(value)),
    concat: (...args: unknown[]) => all(args).map(textOf).join(''),
    markdown: (value: unknown) =>
      new Printed(textOf(value), true, value instanceof Printed ? value.length : 1_000),
    join,
    at: (list: unknown, place: number) => (Array.isArray(list) ? list[place] : undefined),
    count: (value: unknown) => (value !== null && typeof value === 'object' ? Object.keys(value).length : 0),
    date: (value: unknown, format: string, where: unknown) =>
      date(value, format, typeof where === 'string' ? where : zone),
    eq: equal,
    ne: (a: unknown, b: unknown) => !equal(a, b),
    contains: (value: unknown, part: unknown) => textOf(value).includes(textOf(part)),
    not: (value: unknown) => !isTruthy(value),
    and: (...args: unknown[]) => all(args).every(isTruthy),
    or: (...args: unknown[]) => all(args).some(isTruthy),
  } as Record<string, (...args: never[]) => unknown>;
}

/** RFC 3986: letters, digits and `-._~` stay. */
export const percentEncoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
