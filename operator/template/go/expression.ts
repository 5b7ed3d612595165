import type { GoContext } from './context.ts';

/** A Go expression and what is known of its value. */
export interface Expression {
  readonly go: string;
  /** `data` is anything that an Application may hold, `shown` the same where its text counts; `number` an int. */
  readonly type: 'data' | 'shown' | 'text' | 'boolean' | 'number';
  /** A shorter expression that is good enough for `if`. */
  readonly truth?: string;
  /** The value itself, if the template has it written out. */
  readonly literal?: string | number | boolean;
}

export const data = (go: string): Expression => ({ go, type: 'data' });
export const text = (go: string): Expression => ({ go, type: 'text' });
export const shown = (go: string): Expression => ({ go, type: 'shown' });
export const boolean = (go: string): Expression => ({ go, type: 'boolean' });
export const number = (go: string): Expression => ({ go, type: 'number' });

/** A value's text, as a Go expression. */
export function textOf({ go, type }: Expression, context: GoContext): string {
  if (type === 'text') return go;
  if (type !== 'data' && type !== 'shown') return `(print ${go})`;
  context.used.add('s');
  const dict = context.fresh();
  context.before(`{{${dict}:=dict \`v\` ${go}}}{{template \`s\` ${dict}}}`);
  return `${dict}.s`;
}

/** Whether a value counts as something, as a Go expression: as in Handlebars, an empty map does and an empty list does not. */
export function truthOf({ go, type, truth }: Expression, includeZero = false): string {
  if (type === 'number') return includeZero ? 'true' : `(ne ${go} 0)`;
  if (type === 'boolean') return truth ?? go;
  if (type === 'text') return `(ne ${go} \`\`)`;
  if (type === 'shown') return `(not ${hasNoText(go)})`;
  // An empty list of the engine's JSON is one without items, and not nil.
  return includeZero ? `(not (has ${go} (list nil \`\` false (list))))` : `(or ${go} (kindIs \`map\` ${go}))`;
}

/** Whether a value's text is empty, as a Go expression. */
export const hasNoText = (go: string): string => `(has ${go} $N)`;

/** What `if` and its kind are written with: one expression, of which the parentheses are not needed. */
export const bare = (go: string): string => (go.startsWith('(') ? go.slice(1, -1) : go);
