import { own } from '../../lib/own.ts';
import type { Tag } from './scan.ts';

/** Where the parser met something that it did not expect. */
export interface Stumble {
  readonly source: string;
  readonly offset: number;
  /** The name of what it met, in its grammar. */
  readonly met: string | undefined;
  /** The tag that it is in, if any. */
  readonly tag: Tag | undefined;
}

export const RAW_BLOCK = 'there are no raw blocks ({{{{…}}}}): write \\{{ for braces that are printed';
export const TRIPLE =
  'write {{…}} with two braces, and {{markdown VALUE}} for a value that is Markdown itself';

const PATHS = 'paths are written app.metadata.name, texts in quotes';
const BRACKETS =
  'a key that is no plain word stands in brackets after a dot, app.metadata.annotations.[a.b/c], and one item of a list ' +
  'is (at LIST 0)';
const CALL =
  'a helper stands before its arguments, {{upper VALUE}}, and in parentheses only within another: (upper VALUE)';

/** What stands at the place, and what to write instead. */
const WRITTEN: readonly (readonly [RegExp, string])[] = [
  [/^=/, 'values are compared by a helper: {{#if (eq VALUE "text")}}'],
  [
    /^\|\|/,
    'alternatives are a helper: (or VALUE VALUE), and (default VALUE OTHER) for the first that is not empty',
  ],
  [/^&&/, 'conditions are joined by a helper: (and VALUE VALUE)'],
  [/^!/, 'the opposite is a helper, (not VALUE), or a block, {{#unless VALUE}}'],
  [/^[<>]/, 'there is no < and no >: values can be compared by (eq VALUE "text") and (ne VALUE "text")'],
  [/^,/, 'arguments are divided by spaces, without commas'],
  [/^\(/, CALL],
  [/^\[|^\d/, BRACKETS],
];

/** What the parser met, where the text itself does not say more. */
const MET: Readonly<Record<string, string>> = {
  CLOSE_SEXPR: 'this ) has no ( before it',
  CLOSE_BLOCK_PARAMS: `| stands around names, {{#each … as |item|}}; ${CALL}`,
  CLOSE: 'something is missing before }}',
  OPEN_ENDBLOCK: 'no block begins that this could end',
  INVERSE: '{{else}} belongs into a block, once and as the last',
  OPEN_INVERSE_CHAIN: '{{else if …}} belongs into a block, before {{else}}',
};

/** What to write instead of what the parser met; its own words are about its grammar. */
export function remedy({ source, offset, met, tag }: Stumble): string {
  const rest = source.slice(offset);
  const before = source.slice(tag?.offset ?? offset, offset);
  if (before.startsWith('{{{{')) return RAW_BLOCK;
  if (before.startsWith('{{{') || rest.startsWith('{{{')) return TRIPLE;
  if (/\bas\s+\|[^|]*$/.test(before)) return 'names stand between two bars: {{#each … as |item|}}';
  const found = WRITTEN.find(([pattern]) => pattern.test(rest))?.[1];
  const character = String.fromCodePoint(rest.codePointAt(0) ?? 0x20);
  return (
    found ?? (met !== undefined ? own(MET, met) : undefined) ?? `${character} cannot stand here: ${PATHS}`
  );
}
