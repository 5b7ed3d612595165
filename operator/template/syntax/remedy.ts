import { own } from '../../lib/own.ts';
import type { Tag } from './scan.ts';

/** Where the parser met something that it did not expect. */
export interface Stumble {
  readonly source: string;
  readonly offset: number;
  /** The name of the unexpected token, in the parser's grammar. */
  readonly met: string | undefined;
  /** The tag that it is in, if any. */
  readonly tag: Tag | undefined;
}

export const RAW_BLOCK = 'there are no raw blocks ({{{{…}}}}): write \\{{ to print braces';
export const TRIPLE =
  'write {{…}} with two braces, and {{markdown VALUE}} for a value that is Markdown itself';

const PATHS = 'write paths as app.metadata.name, and texts in quotes';
const BRACKETS =
  'write a key that is not a plain word in brackets after a dot, app.metadata.annotations.[a.b/c], and one item of a list ' +
  'as (at LIST 0)';
const CALL =
  'write a helper before its arguments, {{upper VALUE}}, and in parentheses only inside another helper: (upper VALUE)';

/** Texts at the place of the error, each with its replacement. */
const WRITTEN: readonly (readonly [RegExp, string])[] = [
  [/^=/, 'compare values with a helper: {{#if (eq VALUE "text")}}'],
  [
    /^\|\|/,
    'write alternatives with a helper: (or VALUE VALUE), or (default VALUE OTHER) for the first value that is not empty',
  ],
  [/^&&/, 'join conditions with a helper: (and VALUE VALUE)'],
  [/^!/, 'negate a value with a helper, (not VALUE), or with a block, {{#unless VALUE}}'],
  [
    /^[<>]/,
    'the operators < and > are not available: compare values with (eq VALUE "text") or (ne VALUE "text")',
  ],
  [/^,/, 'separate arguments by spaces, not by commas'],
  [/^\(/, CALL],
  [/^\[|^\d/, BRACKETS],
];

/** Unexpected tokens of the parser, for texts without an entry above. */
const MET: Readonly<Record<string, string>> = {
  CLOSE_SEXPR: 'the parenthesis ) has no ( before it',
  CLOSE_BLOCK_PARAMS: `| may only enclose names, {{#each … as |item|}}; ${CALL}`,
  CLOSE: 'an expression is incomplete before }}',
  OPEN_ENDBLOCK: 'this tag ends a block that was never opened',
  INVERSE: '{{else}} must be inside a block, only once and as the last branch',
  OPEN_INVERSE_CHAIN: '{{else if …}} must be inside a block, before {{else}}',
};

/** The replacement for the text that the parser did not expect. The parser's own message describes its grammar. */
export function remedy({ source, offset, met, tag }: Stumble): string {
  const rest = source.slice(offset);
  const before = source.slice(tag?.offset ?? offset, offset);
  if (before.startsWith('{{{{')) return RAW_BLOCK;
  if (before.startsWith('{{{') || rest.startsWith('{{{')) return TRIPLE;
  if (/\bas\s+\|[^|]*$/.test(before)) return 'write names between two bars: {{#each … as |item|}}';
  const found = WRITTEN.find(([pattern]) => pattern.test(rest))?.[1];
  const character = String.fromCodePoint(rest.codePointAt(0) ?? 0x20);
  return (
    found ?? (met !== undefined ? own(MET, met) : undefined) ?? `${character} is not allowed here: ${PATHS}`
  );
}
