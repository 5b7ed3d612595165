/**
 * Source → Handlebars' own syntax tree. nodes.ts is the result of check/, helpers.ts and limits.ts are the tables of
 * the language, and problem.ts and remedy.ts describe problems and remedies.
 */

import Handlebars from 'handlebars';
import { goInDisguise } from './go-in-disguise.ts';
import { LIMITS } from './limits.ts';
import { parserProblem } from './parser-problem.ts';
import { placeOf, TemplateError } from './problem.ts';
import { tagsIn } from './scan.ts';

/**
 * Source → Handlebars' own syntax tree, white space control done.
 * @throws TemplateError
 */
export function parseSource(source: string): hbs.AST.Program {
  requireText(source);
  requireShallow(source);
  try {
    return Handlebars.parse(source);
  } catch (error) {
    throw goInDisguise(source) ?? parserProblem(source, error);
  }
}

function requireText(source: string): void {
  if (source.length > LIMITS.source) {
    const message = `the template has ${source.length} characters, and at most ${LIMITS.source} are allowed: shorten the template`;
    throw new TemplateError(message, placeOf(source, 0));
  }
  const half = source.search(/\p{Surrogate}/u);
  if (half >= 0)
    throw new TemplateError(
      'the template contains half a character here (a lone surrogate)',
      placeOf(source, half),
    );
  const nothing = source.indexOf('\0');
  if (nothing >= 0)
    throw new TemplateError(
      'the template contains a NUL character, which cannot be sent',
      placeOf(source, nothing),
    );
}

/** Checked before parsing, since the parser is slow for nested calls. */
function requireShallow(source: string): void {
  const deep = tagsIn(source).find(({ depth }) => depth > LIMITS.nesting);
  if (deep) {
    throw new TemplateError(
      `the parentheses are nested ${deep.depth} deep, and at most ${LIMITS.nesting} are allowed`,
      placeOf(source, deep.offset),
    );
  }
}
