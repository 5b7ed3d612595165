import Handlebars from 'handlebars';
import { LIMITS } from './check/limits.ts';
import { TemplateError } from './problem.ts';

/** The start of a text. */
export const START = { start: { line: 1, column: 0 } } as const;

/**
 * Source → Handlebars' own syntax tree, white space control done.
 * @throws TemplateError
 */
export function parseSource(source: string): hbs.AST.Program {
  if (source.length > LIMITS.source) {
    throw new TemplateError(
      `the template has ${source.length} characters, ${LIMITS.source} are allowed`,
      START,
    );
  }
  if (!source.isWellFormed())
    throw new TemplateError('the text holds half a character (a lone surrogate)', START);
  const depth = deepestParentheses(source);
  if (depth > LIMITS.nesting)
    throw new TemplateError(`${depth} parentheses inside each other are too many`, START);
  try {
    return Handlebars.parse(source);
  } catch (error) {
    throw goInDisguise(source) ?? parserProblem(error);
  }
}

/** Counted before parsing, since it is what the parser takes its time over. */
function deepestParentheses(source: string): number {
  let depth = 0;
  let deepest = 0;
  for (const character of source) {
    if (character === '(') deepest = Math.max(deepest, ++depth);
    if (character === ')') depth = Math.max(0, depth - 1);
  }
  return deepest;
}

/** The parser's words are about its grammar: kept is where it is and what it met. */
function parserProblem(error: unknown): TemplateError {
  const text = error instanceof Error ? error.message : String(error);
  const line = Number(/(?:Parse error on line |Lexical error on line | - )(\d+)/.exec(text)?.[1] ?? 1);
  const column = Number(/ - \d+:(\d+)/.exec(text)?.[1] ?? caretColumn(text));
  const met = /got '([A-Z_]+)'/.exec(text)?.[1];
  const mismatch = /^(.*doesn't match.*?) - /.exec(text)?.[1];
  return new TemplateError(
    mismatch === undefined ? explain(met) : `${mismatch}: each block ends with its own name`,
    {
      start: { line, column },
    },
  );
}

/** The parser draws an arrow of dashes below the place, under the end of what it has read. */
function caretColumn(text: string): number {
  const [, excerpt = '', arrow = ''] = text.split('\n');
  return excerpt.startsWith('...') ? 0 : Math.max(0, Math.min(arrow.indexOf('^'), excerpt.length));
}

const MET: Readonly<Record<string, string>> = {
  EOF: 'the text ends inside a block or an expression: something is not closed',
  CLOSE: 'an expression ends too early',
  INVALID: 'this is no Handlebars expression: paths are written app.metadata.name, texts in quotes',
  OPEN_ENDBLOCK: 'a block ends here that does not begin, or something else in it is not closed',
  INVERSE: '{{else}} stands outside a block',
  OPEN_INVERSE_CHAIN: '{{else …}} stands outside a block',
  CLOSE_SEXPR: 'a ) has no ( before it',
};

const explain = (met: string | undefined): string =>
  (met !== undefined && MET[met]) ||
  'this is not as Handlebars expects it: look for a missing quote, brace or parenthesis';

const GO =
  /\{\{-?\s*(?:(?:if|range|with|template|define|block)\s[^}]*|end|(?!else\b)[^}#/"']*\s\|\s*[A-Za-z][^}|]*|\.[A-Za-z_$][^}]*|\$\w+[^}]*)\s*-?\}\}/;

/** A Go template that was pasted, which is what Argo CD's own documentation has; undefined for anything else. */
export function goInDisguise(source: string): TemplateError | undefined {
  const match = GO.exec(source);
  if (!match) return undefined;
  const before = source.slice(0, match.index).split('\n');
  const place = { start: { line: before.length, column: before.at(-1)?.length ?? 0 } };
  return new TemplateError(
    `${match[0].slice(0, 60)} is a Go template. Here it is Handlebars: {{app.metadata.name}} without the dot in front, ` +
      '{{#if …}}…{{/if}}, {{#each … as |item|}}…{{/each}}, and helpers before their arguments. A whole Go template goes ' +
      'into message.raw, in trusted namespaces',
    place,
  );
}
