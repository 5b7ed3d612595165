import Handlebars from 'handlebars';
import { placeOf, TemplateError } from './problem.ts';
import { remedy, type Stumble } from './remedy.ts';
import { tagsIn } from './scan.ts';

/** The state of Handlebars' lexer at an error: the text that is not read yet, and the text that was read last. */
interface Lexer {
  readonly _input: string;
  readonly match: string;
}

/** The parser's error → one that its reader can do something about. */
export function parserProblem(source: string, error: unknown): TemplateError {
  if (error instanceof Handlebars.Exception) return grammarProblem(error);
  // The parser's message has a line, but no column if the line is long. The lexer knows the place.
  const { lexer } = (Handlebars as unknown as { readonly Parser: { readonly lexer: Lexer } }).Parser;
  const start = source.length - lexer._input.length - lexer.match.length;
  // The lexer does not accept a word because of the character that follows.
  const offset = start + (/^[\w-]+(?=[^\w\s-])/.exec(source.slice(start))?.[0].length ?? 0);
  const met = /got '([A-Z_]+)'/.exec(error instanceof Error ? error.message : '')?.[1];
  const tags = tagsIn(source).filter((each) => each.offset <= offset);
  const tag = tags.find(({ isClosed }) => !isClosed) ?? tags.at(-1);
  const stumble = { source, offset, met, tag };
  return unclosed(stumble) ?? new TemplateError(remedy(stumble), placeOf(source, offset));
}

/** A problem of a template that follows the grammar, but that Handlebars refuses. */
function grammarProblem({ message, lineNumber, column }: Handlebars.Exception): TemplateError {
  const place = { start: { line: Number(lineNumber ?? 1), column: Number(column ?? 0) } };
  const [, opened, closed] = /^(.+) doesn't match (.+?) - /.exec(message) ?? [];
  if (opened === undefined)
    return new TemplateError(
      'the names . and .. and this are not allowed in a path: write the full path',
      place,
    );
  return new TemplateError(
    `{{#${opened}}} ends with {{/${opened}}}, but {{/${closed}}} comes first: close the inner block first`,
    place,
  );
}

/** A tag or block without an end; the problem names its beginning. */
function unclosed({ source, offset, met, tag }: Stumble): TemplateError | undefined {
  const at = (message: string, place: number) => new TemplateError(message, placeOf(source, place));
  if (tag && !tag.isClosed) {
    if (tag.isComment)
      return at(
        'this comment is not closed: write }} at its end, or --}} if the comment begins with {{!--',
        tag.offset,
      );
    const rest = source.slice(offset);
    if (/^["']/.test(rest))
      return at(`the text in quotes is not closed: write ${rest[0]} at its end`, offset);
    if (rest.startsWith('['))
      return at('the bracket is not closed: write app.metadata.annotations.[a.b/c]', offset);
    return at('these braces are not closed: write }} at the end of the expression', tag.offset);
  }
  if (met !== 'EOF') return undefined;
  const block = openBlocks(source).at(-1);
  if (!block) return undefined;
  const message =
    block.name === 'else'
      ? 'write {{else}} without #'
      : `{{#${block.name}}} is not closed: write {{/${block.name}}} at its end`;
  return at(message, block.offset);
}

/** Blocks that begin and do not end, from the outside in. */
function openBlocks(source: string): { readonly name: string; readonly offset: number }[] {
  const open: { name: string; offset: number }[] = [];
  for (const { text, offset } of tagsIn(source)) {
    const [, kind, name = ''] = /^\{\{~?([#^/])\s*([^\s}~]*)/.exec(text) ?? [];
    if (kind === '/') open.pop();
    else if (name !== '') open.push({ name, offset });
  }
  return open;
}
