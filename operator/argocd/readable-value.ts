import { parse, stringify } from 'yaml';

/**
 * One of our values, which are single lines, as YAML of several lines; any other value unchanged. It is for people: its texts have
 * one more line break after each escaped one.
 */
export function readableValue(value: string): string {
  // A body is JSON inside a text, so its line breaks are \n there. An alias is visited again.
  const divided = (_: unknown, each: unknown) =>
    typeof each === 'string' ? each.replace(/\\n(?!\n)/g, '\\n\n') : each;
  try {
    // Templates may contain aliases, which JSON does not have.
    const parsed: unknown = value.startsWith('{') ? parse(value, divided) : JSON.parse(value, divided);
    return stringify(parsed, { lineWidth: 0 });
  } catch {
    return value;
  }
}
