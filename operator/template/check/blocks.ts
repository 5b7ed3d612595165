import { closest } from '../../text/closest.ts';
import type { Binding, IfNode, Node } from '../nodes.ts';
import { TemplateError } from '../problem.ts';
import { isData } from './arguments.ts';
import { type Checking, checkExpression, isReserved } from './expressions.ts';
import { LIMITS } from './limits.ts';
import { ROOTS } from './paths.ts';
import { findLoop, type Scope } from './scope.ts';
import { checkProgram } from './statements.ts';

type Block = hbs.AST.BlockStatement;

const BLOCKS = ['if', 'unless', 'each', 'with'];

/** One block with all that is in it. @throws TemplateError */
export function checkBlock(block: Block, scope: Scope, checking: Checking): Node {
  const name = block.path.original;
  if (!BLOCKS.includes(name)) throw unknownBlock(name, block);
  const [argument, ...more] = block.params;
  if (!argument || more.length > 0) {
    throw new TemplateError(
      `#${name} takes one value; put a helper with its arguments into parentheses`,
      block.loc,
    );
  }
  const inner = { parent: scope, bindings: [], depth: scope.depth + 1 };
  const otherwise = checkProgram(block.inverse, inner, checking);
  if (name === 'if' || name === 'unless') return checkIf(block, argument, otherwise, inner, checking);
  requireNoHash(block);
  const value = checkExpression(argument, scope, checking);
  if (!isData(value))
    throw new TemplateError(`#${name} takes a field of app, context or a named item`, argument.loc);
  const [first, second] = bindings(block, name === 'each' ? 2 : 1);
  if (!first) throw new TemplateError(`name the value: {{#${name} ${example(name)}}}`, block.loc);
  if (name === 'with') {
    const body = checkProgram(block.program, { ...inner, bindings: [first] }, checking);
    return { kind: 'with', value, binding: first, body, otherwise };
  }
  const loop = { depth: (findLoop(scope)?.depth ?? -1) + 1 };
  if (loop.depth >= LIMITS.loops)
    throw new TemplateError(`#each may stand inside #each, but no deeper`, block.loc);
  const named = second ? [first, second] : [first];
  const body = checkProgram(block.program, { ...inner, bindings: named, loop }, checking);
  return { kind: 'each', list: value, loop, item: first, ...(second && { key: second }), body, otherwise };
}

const example = (name: string): string =>
  name === 'each' ? 'app.status.conditions as |condition|' : 'app.status.operationState as |operation|';

function checkIf(
  block: Block,
  argument: hbs.AST.Expression,
  otherwise: readonly Node[],
  inner: Scope,
  checking: Checking,
): IfNode {
  if (block.program?.blockParams?.length)
    throw new TemplateError('#if and #unless name nothing: drop "as |…|"', block.loc);
  const [pair, ...more] = block.hash?.pairs ?? [];
  if (pair && (pair.key !== 'includeZero' || pair.value.type !== 'BooleanLiteral' || more.length > 0)) {
    throw new TemplateError('the only named argument is includeZero=true', pair.loc);
  }
  const includeZero = (pair?.value as hbs.AST.BooleanLiteral | undefined)?.value ?? false;
  const test = checkExpression(argument, inner, checking);
  const body = checkProgram(block.program, inner, checking);
  const branches = block.path.original === 'if' ? { body, otherwise } : { body: otherwise, otherwise: body };
  return { kind: 'if', test, includeZero, ...branches };
}

function requireNoHash({ hash, path }: Block): void {
  const pair = hash?.pairs[0];
  if (pair) throw new TemplateError(`#${path.original} takes no named arguments`, pair.loc);
}

function bindings({ program, loc }: Block, max: number): Binding[] {
  const names = program?.blockParams ?? [];
  if (names.length > max) throw new TemplateError(`at most ${max} can be named here`, loc);
  for (const name of names) {
    if (isReserved(name) || ROOTS.includes(name) || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw new TemplateError(
        `${name} means something already, or is no plain word: choose another name`,
        loc,
      );
    }
  }
  return names.map((name) => ({ name }));
}

function unknownBlock(name: string, { loc }: Block): TemplateError {
  const guess = closest(name, BLOCKS);
  const hint = guess === undefined ? '' : ` Did you mean #${guess}?`;
  return new TemplateError(`there is no block #${name}; there are #${BLOCKS.join(', #')}.${hint}`, loc);
}
