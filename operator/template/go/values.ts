import type { Value } from '../nodes.ts';
import { appUrlText } from './app-url.ts';
import type { GoContext } from './context.ts';
import { boolean, data, type Expression, number, text } from './expression.ts';
import { callExpression } from './helpers.ts';
import { goText } from './literal.ts';

/** A value → an expression for it, with whatever has to run before. */
export function expression(value: Value, context: GoContext): Expression {
  switch (value.kind) {
    case 'data':
      return data((value.root === 'app' ? context.table : context.context).access(value.segments));
    case 'bound':
      return data(trieOf(value.binding, context).access(value.segments));
    case 'loop':
      return loopVariable(value, context);
    case 'param':
      return text(goText(context.scope.params[value.name] ?? ''));
    case 'event':
      return text(goText(context.scope.event[value.field]));
    case 'appUrl':
      return text(appUrlText(context));
    case 'literal':
      return { ...literal(value.value), literal: value.value };
    case 'call': {
      const args = value.args.map((each) => expression(each, context));
      return callExpression(value.helper, args, context);
    }
  }
}

function literal(value: string | number | boolean): Expression {
  if (typeof value === 'string') return text(goText(value));
  return typeof value === 'boolean' ? boolean(`${value}`) : number(`${value}`);
}

function trieOf(binding: Extract<Value, { kind: 'bound' }>['binding'], { bindings }: GoContext) {
  const trie = bindings.get(binding);
  if (!trie) throw new Error(`${binding.name} is used outside of its block`);
  return trie;
}

function loopVariable({ loop, what }: Extract<Value, { kind: 'loop' }>, { loops }: GoContext): Expression {
  const variables = loops.get(loop);
  if (!variables) throw new Error(`@${what} is used outside of its block`);
  if (what === 'key') {
    variables.usesKey = true;
    return data(variables.key);
  }
  variables.usesIndex = true;
  if (what === 'index') return number(variables.index);
  if (what === 'first') return boolean(`(eq ${variables.index} 0)`);
  variables.usesLast = true;
  return boolean(`(eq ${variables.index} ${variables.last})`);
}
