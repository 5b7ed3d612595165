/** The text of a value, by the description in docs/templates.md and not by the Go. */

export const MAX_TEXT = 10_000;

/** Text that is printed unchanged, and cut only where its author says so. */
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

/** This many characters of a text, and not half of one. */
export const characters = (text: string, count: number): string => [...text].slice(0, count).join('');

/** A value's text: a text as it is, nothing for a missing value, and JSON with sorted keys for all else. */
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

/** RFC 3986: letters, digits and `-._~` stay. */
export const percentEncoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
