import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** Bodies by subject, as a file has them. */
export function loadExpected(file: URL): [string, object][] {
  return Object.entries(parse(readFileSync(file, 'utf8')) as Record<string, object>);
}

/**
 * A body with what stands for something else filled in: `<NAME | YYYY-MM-DD HH:mm:ss | UTC>` is a moment told in a time
 * zone, and `<U+200B>` a character that could not be seen.
 * @param momentOf when that was; an Error for a name that it does not know
 */
export function filledIn(body: object, momentOf: (name: string) => Date): unknown {
  const fill = (text: string): string =>
    text
      .replace(/<U\+([0-9A-F]{4})>/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
      .replace(/<(\w+) \| ([^|]+) \| ([\w/]+)>/g, (_, name, format, timeZone) =>
        told(momentOf(name), format, timeZone),
      );
  return JSON.parse(JSON.stringify(body), (_, value) => (typeof value === 'string' ? fill(value) : value));
}

function told(at: Date, format: string, timeZone: string): string {
  // Swedish has the parts in the order of ISO 8601.
  const [YYYY, MM, DD, HH, mm, ss] = at.toLocaleString('sv-SE', { timeZone }).split(/[- :]/);
  const parts: Readonly<Record<string, string | undefined>> = { YYYY, MM, DD, HH, mm, ss };
  return format.replace(/YYYY|MM|DD|HH|mm|ss/g, (part) => `${parts[part]}`);
}
