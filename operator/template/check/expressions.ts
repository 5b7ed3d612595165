import { own } from '../../lib/own.ts';
import { BUILT_IN, HELPERS, type HelperSignature } from '../syntax/helpers.ts';
import { LIMITS } from '../syntax/limits.ts';
import type { Value } from '../syntax/nodes.ts';
import { TemplateError } from '../syntax/problem.ts';
import { checkArgument } from './arguments.ts';
import { ROOTS, type TemplateFamily } from './family.ts';
import { checkPath } from './paths.ts';
import { findBinding, type Scope } from './scope.ts';
import { unknownHelper, unknownNameProblem } from './unknown.ts';

/** The state that is shared while one template is checked. */
export interface Checking {
  /** Names that `spec.params` declares. */
  readonly params: ReadonlySet<string>;
  /** Where the names that were read so far come from. */
  family: TemplateFamily;
  /** Counts one more piece. @throws TemplateError if there are too many */
  count(place: hbs.AST.SourceLocation): void;
}

/**
 * An expression → its value.
 * @param depth calls around it
 * @throws TemplateError
 */
export function checkExpression(
  expression: hbs.AST.Expression,
  scope: Scope,
  checking: Checking,
  depth = 0,
): Value {
  checking.count(expression.loc);
  switch (expression.type) {
    case 'PathExpression':
      return checkPath(expression as hbs.AST.PathExpression, scope, checking);
    case 'SubExpression':
      return checkCall(expression as hbs.AST.SubExpression, scope, checking, depth + 1);
    case 'StringLiteral':
    case 'BooleanLiteral':
      return { kind: 'literal', value: (expression as hbs.AST.StringLiteral | hbs.AST.BooleanLiteral).value };
    case 'NumberLiteral': {
      const { value } = expression as hbs.AST.NumberLiteral;
      if (!Number.isSafeInteger(value))
        throw new TemplateError('a number must be a whole number, such as 300', expression.loc);
      // Written "-0", Go would print it so.
      return { kind: 'literal', value: value === 0 ? 0 : value };
    }
    default:
      throw new TemplateError(
        'null and undefined are not values here: remove the argument, or write ""',
        expression.loc,
      );
  }
}

type Call = hbs.AST.SubExpression | hbs.AST.MustacheStatement;

/** A helper's call → its value. @throws TemplateError */
export function checkCall(call: Call, scope: Scope, checking: Checking, depth = 1): Value {
  const path = call.path as hbs.AST.PathExpression;
  const name = path.original;
  if (depth > LIMITS.nesting)
    throw new TemplateError(`calls may be nested ${LIMITS.nesting} deep at most`, call.loc);
  const signature = own(HELPERS, `${name}`);
  if (!signature || path.data || path.depth > 0) throw notCallable(call, scope, checking);
  const pair = call.hash?.pairs[0];
  if (pair) throw new TemplateError(`${name} takes no named arguments: {{${signature.usage}}}`, pair.loc);
  requireCount(call, signature);
  const args = call.params.map((param, index) => {
    const value = checkExpression(param, scope, checking, depth);
    const kind = signature.args[Math.min(index, signature.args.length - 1)] ?? 'any';
    checkArgument(value, kind, { signature, place: param.loc });
    return value;
  });
  return { kind: 'call', helper: name, args };
}

function requireCount(call: Call, { args, optional = 0, repeat = 1, usage }: HelperSignature): void {
  const count = call.params.length;
  const [least, most] = [args.length - optional, args.length + repeat - 1];
  if (count >= least && count <= most) return;
  const allowed = least === most ? `${least}` : `${least} to ${most}`;
  const name = (call.path as hbs.AST.PathExpression).original;
  throw new TemplateError(
    `${name} takes ${allowed} ${most === 1 ? 'argument' : 'arguments'}, not ${count}: {{${usage}}}`,
    call.loc,
  );
}

/** The problem with the value in the place of a helper's name. */
function notCallable({ path: callee, params }: Call, scope: Scope, { family }: Checking): TemplateError {
  if (callee.type !== 'PathExpression')
    return new TemplateError(
      'a text or number takes no arguments: begin with the name of a helper',
      callee.loc,
    );
  const path = callee as hbs.AST.PathExpression;
  const { original, parts, depth, data, loc } = path;
  const [first = ''] = parts;
  if (data || depth > 0 || ROOTS.includes(first) || findBinding(scope, first)) {
    const remedy =
      params.length === 0
        ? 'remove the parentheses'
        : `begin with the name of a helper, such as {{default ${original} "text"}}`;
    return new TemplateError(`${original} is a value and takes no arguments: ${remedy}`, loc);
  }
  return parts.length > 1 ? unknownNameProblem(path, scope, family) : unknownHelper(path);
}

/** Whether the language reserves a name, so a block may not give it to a value. */
export function isReserved(name: string): boolean {
  return Object.hasOwn(HELPERS, name) || BUILT_IN.includes(name);
}
