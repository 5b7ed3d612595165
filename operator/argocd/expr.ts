/**
 * Characters beside ASCII that a reader of a condition could overlook: invisible and format characters, odd spaces,
 * private use, noncharacters; from and to, both included.
 *
 * Written out, as `\p{…}` grows with Unicode: an upgrade of the runtime would then change the bytes of a condition,
 * and Argo CD would treat it as a new one and notify again.
 */
const UNSEEN: readonly (readonly [number, number])[] = [
  [0x7f, 0xa0],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x1680, 0x1680],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x2000, 0x200f],
  [0x2028, 0x202f],
  [0x205f, 0x206f],
  [0x3000, 0x3000],
  [0x3164, 0x3164],
  [0xe000, 0xf8ff],
  [0xfdd0, 0xfdef],
  [0xfe00, 0xfe0e],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0x1d173, 0x1d17a],
  [0xe0000, 0x10ffff],
];

/**
 * A string literal of expr-lang, in single quotes, that evaluates to exactly this text.
 *
 * Quotes and backslashes are escaped by a backslash, invisible characters as `\uXXXX`, those beyond U+FFFF as
 * `\UXXXXXXXX` (`\u{…}` is unknown to expr before 1.17.7). The same text gives the same bytes in every release.
 *
 * @throws TypeError for a text with a lone surrogate: it has no UTF-8 form
 *
 * Rule: https://github.com/expr-lang/expr/blob/v1.17.8/parser/lexer/utils.go (`unescape`; it normalises raw line breaks)
 */
export function exprString(text: string): string {
  if (!text.isWellFormed()) throw new TypeError('a string with a lone surrogate has no expression form');
  return `'${Array.from(text, literalCharacter).join('')}'`;
}

/** A list literal of string literals: `['a', 'b']`, or `[]`. Errors as {@link exprString}. */
export function exprStringList(texts: readonly string[]): string {
  return `[${texts.map(exprString).join(', ')}]`;
}

/** String literals, comments, brackets, and the ` and ` that joins conditions. */
const TOKEN = /'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`[^`]*`|\/\/[^\n]*|\/\*.*?\*\/|[([{]|[)\]}]| and /gs;

/** The conditions that an expression joins by ` and `, unchanged: texts, comments and brackets stay whole. */
export function conjuncts(expression: string): string[] {
  const found: string[] = [];
  let [depth, from] = [0, 0];
  for (const { 0: token, index } of expression.matchAll(TOKEN)) {
    if ('([{'.includes(token)) depth += 1;
    else if (')]}'.includes(token)) depth -= 1;
    else if (token === ' and ' && depth === 0) {
      found.push(expression.slice(from, index));
      from = index + token.length;
    }
  }
  return [...found, expression.slice(from)];
}

function literalCharacter(character: string): string {
  if (character === "'" || character === '\\') return `\\${character}`;
  const point = character.codePointAt(0) ?? 0;
  const isNoncharacter = (point & 0xfffe) === 0xfffe; // the last two of each plane
  const isUnseen =
    point < 0x20 || isNoncharacter || UNSEEN.some(([from, to]) => from <= point && point <= to);
  if (!isUnseen) return character;
  return point > 0xffff ? `\\U${hex(point, 8)}` : `\\u${hex(point, 4)}`;
}

function hex(point: number, digits: number): string {
  return point.toString(16).padStart(digits, '0');
}
