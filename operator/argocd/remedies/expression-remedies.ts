import { readTrigger } from '../trigger-value.ts';

/** For each revision, as in Argo CD's own catalogue. */
const ONCE_PER = 'app.status.operationState?.syncResult?.revision';

const DURATION = /^\s*\d+(\.\d+)?\s*(ms|s|m|h|d|min|sec)\s*$/;

/** The words of the engine about a condition, and the remedy. */
const MISTAKES: readonly (readonly [RegExp, string])[] = [
  [/unexpected token Operator\("="\)/, 'Equality has two equals signs: write == in place of = and ===.'],
  [
    /unexpected token (Identifier|Operator)\("(AND|OR|NOT|IN)"\)/,
    'Operators are in lower case: and, or, not, in.',
  ],
  [/unexpected token Identifier\("(is|equals|eq|equal)"\)/, 'Write == for equality and != for the opposite.'],
  [/unexpected token Identifier\("(isnt|ne)"\)/, 'Write != for inequality.'],
  [
    /unexpected token Operator\(","\)/,
    "A list has brackets: app.status.operationState.phase in ['Error', 'Failed'].",
  ],
  [
    /unexpected token Operator\("\."\) \(1:1\)/,
    'A condition is not a Go template: write app.… without the dot in front.',
  ],
  [/literal not terminated/, 'A text in the expression has no closing quote.'],
  [
    /cannot be mixed\. Wrap either by parentheses/,
    "Put parentheses around the part with ??: (app.a ?? '') == 'b'.",
  ],
  [/mismatched types? /, 'Both sides have to be of one kind: a text has quotes, a number has none.'],
  [
    /unexpected (token EOF|end of expression)/,
    'The expression ends too early: an operator has nothing on its right, or a bracket is not closed.',
  ],
  [/unknown name /, 'Fields of the Application begin with app.'],
];

/** The remedy for a mistake in `when` or `oncePer`. */
export function expressionRemedy(message: string, value: string, field?: string): string | undefined {
  const conditions = readTrigger(value) ?? [];
  const isDuration = conditions.some(({ oncePer }) => oncePer !== undefined && DURATION.test(oncePer));
  if (field === 'oncePer' && isDuration)
    return (
      'oncePer is not a duration but an expression, and Argo CD sends once for each value of it. For once each revision, write ' +
      `\`oncePer: ${ONCE_PER}\`. Argo CD has no limit by time.`
    );
  const isExpression = field === 'when' || field === 'oncePer' || /\(\d+:\d+\)/.test(message);
  if (!isExpression) return undefined;
  if (conditions.some(({ when }) => when.includes('{{')))
    return 'A condition is an expression, not a Go template: write app.… without {{ and }} and without a dot in front.';
  return MISTAKES.find(([words]) => words.test(message))?.[1];
}
