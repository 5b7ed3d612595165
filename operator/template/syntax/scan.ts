/** The text from `{{` to `}}`, braces included. */
export interface Tag {
  readonly text: string;
  /** Place in the source, in UTF-16 units. */
  readonly offset: number;
  /** Whether it ends with `}}` before the text ends or the next tag begins. */
  readonly isClosed: boolean;
  readonly isComment: boolean;
  /** How many parentheses are open at most. */
  readonly depth: number;
}

const COMMENT = /\{\{~?!(?:--[\s\S]*?--~?\}\}|(?!--)[\s\S]*?\}\})/y;
const OPENING = /\{{2,4}~?/y;
/** One token of the parser's lexer, or a stretch of text without importance here. */
const PIECE = /"(?:\\"|[^"])*"|'(?:\\'|[^'])*'|\[(?:\\\]|[^\]])*\]|\}{2,4}|\{\{|[()]|[^"'[{}()]+|[{}]/y;

/**
 * Finds the tags of a template by the rules of Handlebars' lexer, but without its grammar, in time that grows with
 * the length alone. So it can read sources that the parser refuses, or would need too long for.
 */
export function tagsIn(source: string): Tag[] {
  const tags: Tag[] = [];
  for (let at = nextTag(source, 0); at !== -1; ) {
    const tag = readTag(source, at);
    tags.push(tag);
    at = nextTag(source, at + tag.text.length);
  }
  return tags;
}

/** `\{{` is text, and `\\{{` is a backslash before a tag. */
function nextTag(source: string, from: number): number {
  let at = source.indexOf('{{', from);
  while (at > 0 && source[at - 1] === '\\' && source[at - 2] !== '\\') at = source.indexOf('{{', at + 2);
  return at;
}

function readTag(source: string, offset: number): Tag {
  const comment = match(COMMENT, source, offset);
  if (comment !== undefined) return { text: comment, offset, isClosed: true, isComment: true, depth: 0 };
  const opening = match(OPENING, source, offset) ?? '';
  let at = offset + opening.length;
  const isComment = source[at] === '!';
  let [open, depth] = [0, 0];
  for (;;) {
    const piece = isComment ? undefined : match(PIECE, source, at);
    if (piece === undefined) return { text: source.slice(offset), offset, isClosed: false, isComment, depth };
    if (piece === '{{') return { text: source.slice(offset, at), offset, isClosed: false, isComment, depth };
    at += piece.length;
    if (piece.startsWith('}}'))
      return { text: source.slice(offset, at), offset, isClosed: true, isComment, depth };
    if (piece === '(') depth = Math.max(depth, ++open);
    if (piece === ')') open -= 1;
  }
}

function match(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}
