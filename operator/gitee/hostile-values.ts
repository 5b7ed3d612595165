/** Reads values of a body that anybody may have written: each function takes any JSON value and gives a bounded one. */

type Fields = Readonly<Record<string, unknown>>;

/** The value as an object; an object without fields for any other value. Read its fields with {@link own}. */
export const objectOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

/** The value as a list; an empty list for any other value. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Characters that no group should see: controls except line breaks and tabs, and marks that reverse the direction of writing. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * The text of a text or a number, without control characters; undefined for any other value, and for an empty text.
 * @param limit the greatest number of characters; a cut shows as `…`
 */
export function cutText(value: unknown, limit: number): string | undefined {
  const text = typeof value === 'number' ? `${value}` : value;
  if (typeof text !== 'string') return undefined;
  // A character has two units at most, and a text may have millions of them.
  const near = text.slice(0, 2 * limit + 2).toWellFormed();
  const clean = near
    .replace(/\r\n?/g, '\n')
    .replace(UNSEEN, (character) => (character === '\n' || character === '\t' ? character : ''))
    .trim();
  const characters = [...clean];
  const isCut = characters.length > limit || text.length > near.length;
  const shown = isCut ? `${characters.slice(0, limit - 1).join('')}…` : clean;
  return shown === '' ? undefined : shown;
}

/** The same on one line. */
export const lineOf = (value: unknown, limit: number): string | undefined =>
  cutText(value, limit)?.replace(/\s+/g, ' ');

/** The first line of a text that has a line. */
export const firstLineOf = (value: unknown, limit: number): string | undefined =>
  lineOf(typeof value === 'string' ? /\S[^\r\n]*/.exec(value)?.[0] : value, limit);

/** A number of things, also if it is written as a text; undefined for any other value. */
export function quantityOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

/** A boolean; undefined for any other value. */
export const flagOf = (value: unknown): boolean | undefined =>
  typeof value === 'boolean' ? value : undefined;

/** The fields that have a value; undefined if there is none. */
export function filled(fields: Fields): Fields | undefined {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** The items of a list that a function can read, a number of them at most. */
export function readItems<T>(value: unknown, limit: number, read: (item: unknown) => T | undefined): T[] {
  return listOf(value)
    .slice(0, limit)
    .flatMap((item) => read(item) ?? []);
}
