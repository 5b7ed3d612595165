import type { GoContext } from './context.ts';

/** A Go expression and what is known of its value. */
export interface Expression {
  readonly go: string;
  /** `data` is anything that an Application may hold; `number` an int. */
  readonly type: 'data' | 'text' | 'boolean' | 'number';
  /** The value itself, if the template has it written out. */
  readonly literal?: string | number | boolean;
}

export const data = (go: string): Expression => ({ go, type: 'data' });
export const text = (go: string): Expression => ({ go, type: 'text' });
export const boolean = (go: string): Expression => ({ go, type: 'boolean' });
export const number = (go: string): Expression => ({ go, type: 'number' });

/** A value's text, as a Go expression. */
export function textOf({ go, type }: Expression, context: GoContext): string {
  if (type === 'text') return go;
  if (type !== 'data') return `(print ${go})`;
  context.used.add('s');
  const dict = context.fresh();
  context.before(`{{${dict}:=dict \`v\` ${go}}}{{template \`s\` ${dict}}}`);
  return `${dict}.s`;
}

/** Whether a value counts as something, as a Go expression: as in Handlebars, an empty map does and an empty list does not. */
export function truthOf({ go, type }: Expression, includeZero = false): string {
  if (type === 'number') return includeZero ? 'true' : `(ne ${go} 0)`;
  if (type === 'boolean') return go;
  if (type === 'text') return `(ne ${go} \`\`)`;
  const zero = includeZero
    ? ` (kindIs \`int64\` ${go}) (kindIs \`float64\` ${go}) (kindIs \`int\` ${go})`
    : '';
  return `(or ${go} (kindIs \`map\` ${go})${zero})`;
}
