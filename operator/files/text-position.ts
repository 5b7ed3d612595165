import type { Scalar } from 'yaml';

/** A place inside a text, counted from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/**
 * The offset into the YAML source of a place inside a scalar's text. Known for block literals and for scalars on one
 * line. Undefined where folding has moved the text's lines, or for a place outside of the text.
 */
export function offsetInScalar(
  source: string,
  scalar: Scalar.Parsed,
  position: TextPosition,
): number | undefined {
  if (typeof scalar.value !== 'string') return undefined;
  const [start, end] = scalar.range;
  if (scalar.type === 'BLOCK_LITERAL') return offsetInLiteral(source, start, scalar.value, position);
  const raw = source.slice(start, end);
  if (raw.includes('\n')) return undefined;
  const target = offsetInText(scalar.value, position);
  if (target === undefined) return undefined;
  switch (scalar.type) {
    case 'QUOTE_DOUBLE':
      return start + 1 + rawOffset(raw.slice(1, -1), DOUBLE_QUOTED, target);
    case 'QUOTE_SINGLE':
      return start + 1 + rawOffset(raw.slice(1, -1), SINGLE_QUOTED, target);
    case 'PLAIN':
      return start + target;
    default:
      return undefined;
  }
}

/** The lines of a literal follow its header unchanged, behind an indentation that is the same for all lines. */
function offsetInLiteral(
  source: string,
  header: number,
  value: string,
  { line, column }: TextPosition,
): number | undefined {
  const text = value.split('\n')[line - 1];
  if (text === undefined) return undefined;
  let start = header;
  for (let passed = 0; passed < line; passed++) {
    const lineBreak = source.indexOf('\n', start);
    if (lineBreak === -1) return undefined;
    start = lineBreak + 1;
  }
  const whole = /[^\r\n]*/y;
  whole.lastIndex = start;
  const raw = whole.exec(source)?.[0] ?? '';
  if (!raw.endsWith(text)) return undefined;
  return start + raw.length - text.length + Math.min(column - 1, text.length);
}

function offsetInText(text: string, { line, column }: TextPosition): number | undefined {
  const lines = text.split('\n');
  const wanted = lines[line - 1];
  if (wanted === undefined) return undefined;
  const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  return before + Math.min(column - 1, wanted.length);
}

/** The source text of one character of the value: an escape, or the character itself. */
const DOUBLE_QUOTED = /\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)|[^\\]/gs;
const SINGLE_QUOTED = /''|[^']/gs;

/** The offset in the raw text of the value's character with that index. */
function rawOffset(raw: string, character: RegExp, target: number): number {
  let units = 0;
  for (const match of raw.matchAll(character)) {
    if (units >= target) return match.index;
    units += isAstral(match[0]) ? 2 : 1;
  }
  return raw.length;
}

/** Characters outside of the basic plane count twice in JavaScript's texts. */
const isAstral = (text: string): boolean =>
  text.startsWith('\\U') && Number.parseInt(text.slice(2), 16) > 0xffff;
