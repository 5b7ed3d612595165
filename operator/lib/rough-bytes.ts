/** What an object takes beside its values, and an entry of it, in bytes: about what V8 needs. */
const OBJECT = 64;
const ENTRY = 16;
/** V8 keeps a text with two bytes for each character as soon as one of them is beyond Latin-1. */
const CHARACTER = 2;

/** How much memory a value takes that consists of texts, numbers, lists and plain objects, roughly. */
export function roughBytes(value: unknown): number {
  if (typeof value === 'string') return ENTRY + CHARACTER * value.length;
  if (typeof value !== 'object' || value === null) return 8;
  return Object.values(value).reduce((sum: number, each) => sum + ENTRY + roughBytes(each), OBJECT);
}
