// Characters that a YAML 1.1 reader refuses raw, or reads as a line break: DEL and C1, LS, PS, BOM, U+FFFE, U+FFFF.
// JSON escapes the controls below a space already.
const NOT_RAW = /[\p{Cc}\u2028\u2029\ufeff\ufffe\uffff]/gu;

/** The scanner gives up on a mapping key whose text, quotes included, has more characters than this. */
const MAX_KEY_CHARACTERS = 1024;

/**
 * JSON text that a YAML 1.1 parser (go-yaml v2, as Argo CD uses it) reads as the same value.
 *
 * As `JSON.stringify`: keys in insertion order, no white space, properties without a JSON value left out. Beyond
 * that, characters that YAML forbids raw are escaped as `\uXXXX`. Astral characters stay raw: YAML refuses the
 * surrogate pairs that JSON would use for them.
 *
 * @throws TypeError where there is no such text: a string or key with a lone surrogate, NaN, an infinity, a bigint,
 *   or a value that JSON has no form for (undefined, a function)
 * @throws RangeError for a key whose JSON text has more than 1024 characters
 *
 * Source of the rules: https://github.com/yaml/go-yaml/tree/v2.4.4 (readerc.go, scannerc.go)
 */
export function yamlSafeJson(value: unknown): string {
  const json: string | undefined = JSON.stringify(value, checked);
  if (json === undefined) throw new TypeError(`${typeof value} has no JSON form`);
  return escaped(json);
}

function checked(key: string, value: unknown): unknown {
  requireWellFormed(key);
  // An escape is six characters for one, so shorter keys can't reach the limit.
  if (key.length > MAX_KEY_CHARACTERS / 6 - 1) requireShort(key);
  if (typeof value === 'string') requireWellFormed(value);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${value} has no JSON form`);
  return value;
}

function requireWellFormed(text: string): void {
  if (!text.isWellFormed()) throw new TypeError('a string with a lone surrogate has no YAML form');
}

function requireShort(key: string): void {
  const characters = [...escaped(JSON.stringify(key))].length;
  if (characters > MAX_KEY_CHARACTERS)
    throw new RangeError(`a key of ${characters} characters is too long for YAML`);
}

/** Outside of strings, JSON has none of these characters, so one replacement over the whole text is enough. */
function escaped(json: string): string {
  return json.replace(NOT_RAW, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
