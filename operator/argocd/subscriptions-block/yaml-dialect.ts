import { isInside, linesOf, type Range } from './text.ts';

/** A problem for go-yaml v2 that our parser does not have, and its place. */
export interface DialectProblem {
  readonly message: string;
  readonly offset: number;
}

// Control characters; characters that only one of the parsers treats as line breaks; and a byte order mark inside the text, which
// makes go-yaml skip the first character of a line at the beginning of its buffer.
const UNREADABLE = /(?![\t\n\r])[\p{Cc}\p{Cs}\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)/u;
const DOCUMENT_END = /^\.\.\.(?=[ \t\r\n]|$)/m;
const DIRECTIVE = /^(?:[ \t]*(?:#[^\n]*)?\r?\n)*%/;

/**
 * A problem of go-yaml v2 (https://github.com/yaml/go-yaml/tree/v2.4.4) with a text, or a text that it reads differently from our
 * parser: the text is better left alone.
 */
export function dialectProblem(text: string): DialectProblem | undefined {
  const unreadable = UNREADABLE.exec(text);
  if (unreadable !== null) {
    const code = (unreadable[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return {
      message: `has the character U+${code}, which YAML parsers do not agree on`,
      offset: unreadable.index,
    };
  }
  const end = DOCUMENT_END.exec(text);
  if (end !== null) return { message: 'has a document end marker (...)', offset: end.index };
  const directive = DIRECTIVE.exec(text);
  if (directive !== null) return { message: 'has a YAML directive (%)', offset: directive[0].length - 1 };
  return undefined;
}

/**
 * A tab in the indentation, which go-yaml refuses.
 *
 * @param free where tabs may begin a line: inside scalars and brackets
 */
export function tabProblem(text: string, free: readonly Range[]): DialectProblem | undefined {
  if (!text.includes('\t')) return undefined;
  for (const { from, text: line } of linesOf(text)) {
    const tab = /^ *\t/.exec(line);
    if (tab !== null && !isInside(from, free)) {
      return { message: 'is indented by a tab', offset: from + tab[0].length - 1 };
    }
  }
  return undefined;
}
