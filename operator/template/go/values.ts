import type { Binding, Value } from '../nodes.ts';
import { appUrlText } from './app-url.ts';
import type { GoContext } from './context.ts';
import { bothOf, callExpression } from './helpers.ts';
import { goText } from './literal.ts';

/** A Go expression and what is known of its value. */
export interface Expression {
  readonly go: string;
  /** `data` is anything that an Application may hold; `number` an int. */
  readonly type: 'data' | 'text' | 'boolean' | 'number';
}

/** A value → an expression for it, with whatever has to run before. */
export function expression(value: Value, context: GoContext): Expression {
  const path = pathOf(value, context);
  if (path) return data((path.root === 'app' ? context.table : context.context).access(path.segments));
  switch (value.kind) {
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
      return literal(value.value);
    case 'call':
      return callExpression(value, context);
    default:
      throw new Error('a path leads nowhere');
  }
}

const data = (go: string): Expression => ({ go, type: 'data' });
const text = (go: string): Expression => ({ go, type: 'text' });

function literal(value: string | number | boolean): Expression {
  if (typeof value === 'string') return text(goText(value));
  return { go: `${value}`, type: typeof value === 'boolean' ? 'boolean' : 'number' };
}

/** Where a value stands in the data, if that is known: also by a name that `#with` gave to a path. */
export function pathOf(
  value: Value,
  { bindings }: GoContext,
): { readonly root: 'app' | 'context'; readonly segments: readonly string[] } | undefined {
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
  if (what === 'index') return { go: variables.index, type: 'number' };
  if (what === 'first') return { go: `(eq ${variables.index} 0)`, type: 'boolean' };
  variables.usesLast = true;
  return { go: `(eq ${variables.index} ${variables.last})`, type: 'boolean' };
}

/** The values of which the first that has a text is meant, as Go expressions in a row. */
export function alternatives(value: Value, context: GoContext): string {
  const all = value.kind === 'call' && value.helper === 'default' ? value.args : [value];
  return all
    .map((each) => (each === value ? expression(each, context).go : alternatives(each, context)))
    .join(' ');
}

/** A value's text, as a Go expression. */
export function textOf(value: Value, context: GoContext): string {
  const path = pathOf(value, context);
  if (path?.root === 'app') {
    context.used.add('s');
    return context.table.text(path.segments);
  }
  const isChoice = value.kind === 'call' && value.helper === 'default';
  const { go, type } = isChoice
    ? { go: alternatives(value, context), type: 'data' }
    : expression(value, context);
  if (type === 'text') return go;
  if (type !== 'data') return `(print ${go})`;
  context.used.add('s');
  const dict = context.fresh();
  context.before(`{{${dict}:=dict \`v\` (list ${go})}}{{template \`s\` ${dict}}}`);
  return `${dict}.s`;
}

/**
 * Whether a value counts as something, as a Go expression in the arguments of an `or`: as in Handlebars, an empty map
 * does and an empty list does not.
 */
export function truthOf(value: Value, context: GoContext, includeZero = false): string {
  if (value.kind === 'call' && value.helper === 'or')
    return value.args.map((each) => truthOf(each, context)).join(' ');
  if (value.kind === 'call' && value.helper === 'and') return bothOf(value.args, context);
  const { go, type } = expression(value, context);
  if (type === 'number') return includeZero ? 'true' : `(ne ${go} 0)`;
  if (type !== 'data') return go;
  if (!includeZero) return `${go} (kindIs \`map\` ${go})`;
  context.usesKinds = true;
  return `${go} (has (kindOf ${go}) $K)`;
}
