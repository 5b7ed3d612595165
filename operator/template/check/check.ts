/**
 * Checks a Handlebars syntax tree: statements of the subset become nodes, all others a TemplateError. Blocks are in
 * blocks.ts, values in expressions.ts, arguments.ts and paths.ts.
 */

import { HELPERS } from '../syntax/helpers.ts';
import type { Node } from '../syntax/nodes.ts';
import { TemplateError } from '../syntax/problem.ts';
import { TRIPLE } from '../syntax/remedy.ts';
import { checkBlock } from './blocks.ts';
import { type Checking, checkCall, checkExpression } from './expressions.ts';
import { findBinding, type Scope } from './scope.ts';

/** The statements of a block, or of the whole template. @throws TemplateError */
export function checkProgram(
  program: hbs.AST.Program | undefined,
  scope: Scope,
  checking: Checking,
): readonly Node[] {
  const nodes: Node[] = [];
  for (const statement of program?.body ?? []) {
    checking.count(statement.loc);
    const node = checkStatement(statement, scope, checking);
    const last = nodes.at(-1);
    // A comment between two texts leaves one text.
    if (node?.kind === 'text' && last?.kind === 'text')
      nodes[nodes.length - 1] = { kind: 'text', text: last.text + node.text };
    else if (node && !(node.kind === 'text' && node.text === '')) nodes.push(node);
  }
  return nodes;
}

function checkStatement(statement: hbs.AST.Statement, scope: Scope, checking: Checking): Node | undefined {
  switch (statement.type) {
    case 'ContentStatement':
      return { kind: 'text', text: (statement as hbs.AST.ContentStatement).value };
    case 'CommentStatement':
      return undefined;
    case 'MustacheStatement':
      return checkMustache(statement as hbs.AST.MustacheStatement, scope, checking);
    case 'BlockStatement':
      return checkBlock(statement as hbs.AST.BlockStatement, scope, checking, (program, inner) =>
        checkProgram(program, inner, checking),
      );
    case 'PartialStatement':
    case 'PartialBlockStatement':
      throw new TemplateError(
        'there are no partials ({{> …}}): write the text in the place of the partial',
        statement.loc,
      );
    default:
      throw new TemplateError(
        'there are no decorators ({{* …}}): write the text in the place of the decorator',
        statement.loc,
      );
  }
}

function checkMustache(mustache: hbs.AST.MustacheStatement, scope: Scope, checking: Checking): Node {
  const { path, loc } = mustache;
  if (!mustache.escaped) {
    throw new TemplateError(TRIPLE, loc);
  }
  if (path.type === 'NullLiteral' || path.type === 'UndefinedLiteral')
    throw new TemplateError('null and undefined print nothing: remove them', path.loc);
  if (path.type !== 'PathExpression' && mustache.params.length === 0)
    throw new TemplateError('fixed text needs no braces: remove them', path.loc);
  return {
    kind: 'print',
    value: isCall(mustache, scope)
      ? checkCall(mustache, scope, checking)
      : checkExpression(path, scope, checking),
  };
}

/** `{{upper x}}`, and `{{upper}}`, which lacks its argument. */
function isCall({ path, params, hash }: hbs.AST.MustacheStatement, scope: Scope): boolean {
  if (params.length > 0 || (hash?.pairs.length ?? 0) > 0) return true;
  const { parts, depth, data } = path as hbs.AST.PathExpression;
  const [name = ''] = parts;
  return (
    parts.length === 1 && depth === 0 && !data && Object.hasOwn(HELPERS, name) && !findBinding(scope, name)
  );
}
