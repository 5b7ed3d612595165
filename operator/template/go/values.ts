import type { Value } from '../nodes.ts';
import { appUrlText } from './app-url.ts';
import type { GoContext } from './context.ts';
import { callExpression } from './helpers.ts';
import { goText } from './literal.ts';

/** A Go expression and what is known of its value. */
export interface Expression {
  readonly go: string;
  /** `data` is anything that an Application may hold; `number` an int. */
  readonly type: 'data' | 'text' | 'boolean' | 'number';
}

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
      return literal(value.value);
    case 'call':
      return callExpression(value, context);
  }
}

const data = (go: string): Expression => ({ go, type: 'data' });
const text = (go: string): Expression => ({ go, type: 'text' });

function literal(value: string | number | boolean): Expression {
  if (typeof value === 'string') return text(goText(value));
  return { go: `${value}`, type: typeof value === 'boolean' ? 'boolean' : 'number' };
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
  if (what === 'index') return { go: variables.index, type: 'number' };
  if (what === 'first') return { go: `(eq ${variables.index} 0)`, type: 'boolean' };
  variables.usesLast = true;
  return { go: `(eq ${variables.index} ${variables.last})`, type: 'boolean' };
}

/** A value's text, as a Go expression. */
export function textOf(value: Value, context: GoContext): string {
  const { go, type } = expression(value, context);
  if (type === 'text') return go;
  if (type !== 'data') return `(print ${go})`;
  context.used.add('s');
  const dict = context.fresh();
  context.before(`{{${dict}:=dict \`v\` ${go}}}{{template \`s\` ${dict}}}`);
  return `${dict}.s`;
}

/** Whether a value counts as something, as a Go expression: as in Handlebars, an empty map does and an empty list does not. */
export function truthOf(value: Value, context: GoContext, includeZero = false): string {
  const { go, type } = expression(value, context);
  if (type === 'number') return includeZero ? 'true' : `(ne ${go} 0)`;
  if (type === 'boolean') return go;
  if (type === 'text') return `(ne ${go} \`\`)`;
  const zero = includeZero
    ? ` (kindIs \`int64\` ${go}) (kindIs \`float64\` ${go}) (kindIs \`int\` ${go})`
    : '';
  return `(or ${go} (kindIs \`map\` ${go})${zero})`;
}
