import { LIMITS } from '../syntax/limits.ts';
import type { Binding, IfNode, Node } from '../syntax/nodes.ts';
import { TemplateError } from '../syntax/problem.ts';
import { RAW_BLOCK } from '../syntax/remedy.ts';
import { isData } from './arguments.ts';
import { type Checking, checkExpression, isReserved } from './expressions.ts';
import { isReservedRoot } from './family.ts';
import { findLoop, type Scope } from './scope.ts';
import { BLOCKS, unknownBlock } from './unknown.ts';

type Block = hbs.AST.BlockStatement;

/** Checks the contents of a block, in the scope of the block. @throws TemplateError */
export type CheckInside = (program: hbs.AST.Program | undefined, scope: Scope) => readonly Node[];

/** One block with its contents. @throws TemplateError */
export function checkBlock(block: Block, scope: Scope, checking: Checking, checkInside: CheckInside): Node {
  const name = block.path.original;
  // Made by Handlebars itself; only a raw block has no flags for white space.
  if ((block.openStrip as { readonly open?: boolean }).open === undefined)
    throw new TemplateError(RAW_BLOCK, block.loc);
  if (!BLOCKS.includes(name)) throw unknownBlock(block);
  const [argument, ...more] = block.params;
  if (!argument || more.length > 0) {
    const message = `#${name} takes one value; put a helper with its arguments into parentheses: {{#if (eq VALUE "text")}}`;
    throw new TemplateError(message, block.loc);
  }
  const inner = { parent: scope, bindings: [], depth: scope.depth + 1 };
  if (inner.depth > LIMITS.nesting)
    throw new TemplateError(`blocks may be nested ${LIMITS.nesting} deep at most`, block.loc);
  if (name === 'if' || name === 'unless') return checkIf(block, argument, inner, checking, checkInside);
  return checkNaming(block, argument, inner, checking, checkInside);
}

/** `#each` and `#with`. */
function checkNaming(
  block: Block,
  argument: hbs.AST.Expression,
  inner: Scope & { readonly parent: Scope },
  checking: Checking,
  checkInside: CheckInside,
): Node {
  const name = block.path.original;
  requireNoHash(block);
  const value = checkExpression(argument, inner.parent, checking);
  if (!isData(value))
    throw new TemplateError(
      `the value of #${name} must be a field such as app.status.conditions or push.commits, or a named item`,
      argument.loc,
    );
  const [first, second] = bindings(block, name === 'each' ? 2 : 1);
  if (!first) throw new TemplateError(`name the value: {{#${name} ${example(name)}}}`, block.loc);
  if (name === 'with') {
    const body = checkInside(block.program, { ...inner, bindings: [first] });
    return {
      kind: 'with',
      value,
      binding: first,
      body,
      otherwise: checkInside(block.inverse, inner),
    };
  }
  const loop = { depth: (findLoop(inner)?.depth ?? -1) + 1 };
  if (loop.depth >= LIMITS.loops)
    throw new TemplateError('#each may be nested in one other #each, but no deeper', block.loc);
  const named = second ? [first, second] : [first];
  const body = checkInside(block.program, { ...inner, bindings: named, loop });
  const otherwise = checkInside(block.inverse, inner);
  return { kind: 'each', list: value, loop, item: first, ...(second && { key: second }), body, otherwise };
}

const example = (name: string): string =>
  name === 'each' ? 'app.status.conditions as |condition|' : 'app.status.operationState as |operation|';

function checkIf(
  block: Block,
  argument: hbs.AST.Expression,
  inner: Scope,
  checking: Checking,
  checkInside: CheckInside,
): IfNode {
  if (block.program?.blockParams?.length)
    throw new TemplateError('#if and #unless do not name a value: remove "as |…|"', block.loc);
  const [pair, ...more] = block.hash?.pairs ?? [];
  if (pair && (pair.key !== 'includeZero' || pair.value.type !== 'BooleanLiteral' || more.length > 0)) {
    throw new TemplateError('the only named argument of #if and #unless is includeZero=true', pair.loc);
  }
  const includeZero = (pair?.value as hbs.AST.BooleanLiteral | undefined)?.value ?? false;
  const test = checkExpression(argument, inner, checking);
  const body = checkInside(block.program, inner);
  const otherwise = checkInside(block.inverse, inner);
  const branches = block.path.original === 'if' ? { body, otherwise } : { body: otherwise, otherwise: body };
  return { kind: 'if', test, includeZero, ...branches };
}

function requireNoHash({ hash, path }: Block): void {
  const pair = hash?.pairs[0];
  if (pair) throw new TemplateError(`#${path.original} takes no named arguments`, pair.loc);
}

/** The names that a block gives. @throws TemplateError */
function bindings({ path, program, loc }: Block, max: number): Binding[] {
  const names = program?.blockParams ?? [];
  if (names.length > max) {
    const what = max === 1 ? 'the value: |value|' : 'the item and its key: |item key|';
    throw new TemplateError(`#${path.original} names ${what}, and nothing else`, loc);
  }
  for (const [index, name] of names.entries()) {
    const problem = nameProblem(name, names.slice(0, index));
    if (problem !== undefined) throw new TemplateError(`${name} ${problem}: choose another name`, loc);
  }
  return names.map((name) => ({ name }));
}

function nameProblem(name: string, earlier: readonly string[]): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return 'is not a plain word of letters, digits and _';
  if (isReserved(name) || isReservedRoot(name)) return 'already has a meaning';
  return earlier.includes(name) ? 'appears twice between the bars' : undefined;
}
