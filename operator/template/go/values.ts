import { COMMIT_FIELD } from '../../argocd/commit-field.ts';
import { own } from '../../lib/own.ts';
import type { Binding, DataRoot, Value } from '../syntax/nodes.ts';
import { appUrlText } from './app-url.ts';
import type { GoContext } from './context.ts';
import { boolean, data, type Expression, number, text } from './expression.ts';
import { callExpression } from './helpers.ts';
import { goText } from './literal.ts';

/** A value → an expression for it, with the actions that have to run before. */
export function expression(value: Value, context: GoContext): Expression {
  const path = pathOf(value, context);
  if (path) return pathExpression(path, context);
  switch (value.kind) {
    case 'bound':
      return data(trieOf(value.binding, context).access(value.segments));
    case 'loop':
      return loopVariable(value, context);
    case 'param':
      return text(goText(own(context.scope.params, value.name) ?? ''));
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
    default:
      throw new Error('a path leads nowhere');
  }
}

function literal(value: string | number | boolean): Expression {
  if (typeof value === 'string') return text(goText(value));
  return typeof value === 'boolean' ? boolean(`${value}`) : number(`${value}`);
}

function pathExpression({ root, segments }: DataPath, { table, used }: GoContext): Expression {
  const path = root === 'commit' ? ['app', COMMIT_FIELD, ...segments] : [root, ...segments];
  const go = table.access(path);
  const text = () => {
    used.add('s');
    return table.text(path);
  };
  // The table has made sure that an empty map is something.
  return { ...data(go), text, truth: go };
}

/** A path from a root. */
interface DataPath {
  readonly root: DataRoot;
  readonly segments: readonly string[];
}

/** The path of a value in the data, if it is known: also by a name that `#with` gave to a path. */
export function pathOf(value: Value, { bindings }: GoContext): DataPath | undefined {
  if (value.kind === 'data') return value;
  const bound = value.kind === 'bound' ? bindings.get(value.binding) : undefined;
  return value.kind === 'bound' && bound && 'root' in bound
    ? { root: bound.root, segments: [...bound.segments, ...value.segments] }
    : undefined;
}

function trieOf(binding: Binding, { bindings }: GoContext) {
  const bound = bindings.get(binding);
  if (!bound || !('trie' in bound)) throw new Error(`${binding.name} is used outside of its block`);
  return bound.trie;
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
