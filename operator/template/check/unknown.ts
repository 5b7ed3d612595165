import { closest } from '../../lib/closest.ts';
import { own } from '../../lib/own.ts';
import { HELPERS } from '../syntax/helpers.ts';
import { TemplateError } from '../syntax/problem.ts';
import { GITEE_ROOTS, ROOTS, rootsFor, type TemplateFamily } from './family.ts';
import { namesIn, type Scope } from './scope.ts';

/** The blocks of the language. */
export const BLOCKS = ['if', 'unless', 'each', 'with'];

/** Words of Handlebars, of its usual companions and of Applications that mean nothing here, each with its replacement. */
const INSTEAD: Readonly<Record<string, string>> = {
  lookup: 'write a path for a field, app.metadata.labels.team, and (at LIST 0) for an item of a list',
  log: 'a template cannot write to a log',
  json: 'lists and maps are printed as JSON without a helper',
  elseif: 'write {{else if VALUE}}',
  metadata: 'fields of the Application begin with app: app.metadata',
  spec: 'fields of the Application begin with app: app.spec',
  status: 'fields of the Application begin with app: app.status',
  name: 'the name of the Application is app.metadata.name',
};

function instead(word: string): string | undefined {
  if (BLOCKS.includes(word)) return `a block begins with #: {{#${word} …}} … {{/${word}}}`;
  return own(INSTEAD, word);
}

const guessed = (word: string, names: readonly string[], mark = ''): string => {
  const guess = closest(word, names);
  return guess === undefined ? '' : ` Did you mean ${mark}${guess}?`;
};

/** A value's name that nobody gave. */
export function unknownNameProblem(
  { original, parts, loc }: hbs.AST.PathExpression,
  scope: Scope,
  family: TemplateFamily,
): TemplateError {
  const [first = ''] = parts;
  const known = instead(first);
  if (known !== undefined) return new TemplateError(`${original}: ${known}`, loc);
  const helpers = parts.length === 1 ? Object.keys(HELPERS) : [];
  const names = [...rootsFor(family), ...namesIn(scope)];
  const also = family === 'any' ? `; for events of Gitee there are ${GITEE_ROOTS.join(', ')}` : '';
  const guess = guessed(first, [...ROOTS, ...namesIn(scope), ...helpers]);
  return new TemplateError(
    `${original}: nothing is called ${first} here.${guess} There are ${names.join(', ')}${also}`,
    loc,
  );
}

/** A helper's name that the language does not have. */
export function unknownHelper({ original, loc }: hbs.AST.PathExpression): TemplateError {
  const known = instead(original);
  if (known !== undefined) return new TemplateError(`there is no helper ${original}: ${known}`, loc);
  const names = Object.keys(HELPERS);
  return new TemplateError(
    `there is no helper ${original}.${guessed(original, names)} There are ${names.join(', ')}`,
    loc,
  );
}

/** A block's name that the language does not have, or Mustache's way of naming a value in its place. */
export function unknownBlock({ path, loc }: hbs.AST.BlockStatement): TemplateError {
  const name = path.original;
  if (Object.hasOwn(HELPERS, name))
    return new TemplateError(`${name} is a helper, not a block: {{${own(HELPERS, name)?.usage}}}`, loc);
  if ((path as hbs.AST.PathExpression).parts?.length === 1 && closest(name, BLOCKS) !== undefined)
    return new TemplateError(
      `there is no block #${name}.${guessed(name, BLOCKS, '#')} There are #${BLOCKS.join(', #')}`,
      loc,
    );
  return new TemplateError(
    `there is no block #${name}. Write {{#if ${name}}}, {{#unless ${name}}}, {{#with ${name} as |value|}} or ` +
      `{{#each ${name} as |item|}}`,
    loc,
  );
}
