/**
 * The language's helpers in JavaScript, as docs/templates.md describes them, for stock Handlebars to run. Tests
 * compare the compiled Go with them. They are written from the description and not from the Go.
 */

import { date } from './reference-date.ts';
import { characters, isTruthy, MAX_TEXT, Printed, percentEncoded, textOf } from './reference-text.ts';

const MAX_JOINED = 4_000;

/** One character for one, as Go has it; JavaScript returns two for some. */
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
