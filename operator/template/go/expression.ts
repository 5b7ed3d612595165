import type { GoContext } from './context.ts';

/** A Go expression, and the known facts about its value. */
export interface Expression {
  readonly go: string;
  /** `data` is any value that an Application may hold; `number` an int. */
  readonly type: 'data' | 'text' | 'boolean' | 'number';
  /** The value itself, if the template has it written out. */
  readonly literal?: string | number | boolean;
  /** Expressions; the value is the first of them that has a text. */
  readonly choice?: readonly string[];
  /** Makes an expression for its text, where there is a shorter way than through the value. */
  readonly text?: () => string;
  /** The condition of its truth, as the arguments of an `or`, where that is shorter. */
  readonly truth?: string;
}

export const data = (go: string): Expression => ({ go, type: 'data' });
export const text = (go: string): Expression => ({ go, type: 'text' });
export const boolean = (go: string): Expression => ({ go, type: 'boolean' });
export const number = (go: string): Expression => ({ go, type: 'number' });

/** A value whose expression needs actions in front of it, which are only emitted on demand. */
export const lazyText = (go: () => string, choice: readonly string[]): Expression => ({
  get go() {
    return go();
  },
  type: 'text',
  choice,
});

/** The condition of an action: the first of these that counts as something. */
export const condition = (truth: string): string => (/^[$.\w]+$/.test(truth) ? truth : `or ${truth}`);

/** The values as Go expressions in a row; the first that has a text is meant. */
export const alternatives = (value: Expression): readonly string[] => value.choice ?? [value.go];

/** The text of the first of some values that has one, as a Go expression. */
export function firstText(values: readonly string[], context: GoContext): string {
  context.used.add('s');
  const dict = context.fresh();
  context.before(`{{${dict}:=dict \`v\` (list ${values.join(' ')})}}{{template \`s\` ${dict}}}`);
  return `${dict}.s`;
}

/** A value's text, as a Go expression. */
export function textOf(value: Expression, context: GoContext): string {
  if (value.text) return value.text();
  if (value.type === 'data') return firstText([value.go], context);
  return value.type === 'text' ? value.go : `(print ${value.go})`;
}

/**
 * Whether a value counts as something, as the arguments of an `or`: as in Handlebars, an empty map does and an empty list
 * does not.
 */
export function truthOf(value: Expression, context: GoContext, includeZero = false): string {
  const { go, type } = value;
  if (value.truth !== undefined && !(includeZero && type === 'data')) return value.truth;
  if (type === 'number') return includeZero ? 'true' : `(ne ${go} 0)`;
  if (type !== 'data') return go;
  if (!includeZero) return `${go} (kindIs \`map\` ${go})`;
  context.usesKinds = true;
  return `${go} (has (kindOf ${go}) $.K)`;
}
