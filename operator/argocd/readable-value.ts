import { parse, stringify } from 'yaml';

/**
 * A value of ours, which is in one line, in lines of YAML; any other value as it is. For people: the texts in it have a line
 * break more behind each escaped one.
 */
export function readableValue(value: string): string {
  // A body is JSON in a text, and its lines are in there as \n. An alias is come by once more.
  const divided = (_: unknown, each: unknown) =>
    typeof each === 'string' ? each.replace(/\\n(?!\n)/g, '\\n\n') : each;
  try {
    // Templates may have aliases in them, which JSON has not.
    const parsed: unknown = value.startsWith('{') ? parse(value, divided) : JSON.parse(value, divided);
    return stringify(parsed, { lineWidth: 0 });
  } catch {
    return value;
  }
}
