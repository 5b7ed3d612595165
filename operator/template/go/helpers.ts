import { DATE_TOKENS } from '../helpers.ts';
import type { Call, Value } from '../nodes.ts';
import type { GoContext } from './context.ts';
import { MAX_TEXT } from './defines.ts';
import { goText } from './literal.ts';
import { alternatives, type Expression, expression, textOf, truthOf } from './values.ts';

type Emit = (args: readonly Value[], context: GoContext) => Expression;

const text = (go: string): Expression => ({ go, type: 'text' });
const boolean = (go: string): Expression => ({ go, type: 'boolean' });

/** A literal argument; the check has made sure that it is one. */
function literal(value: Value | undefined): string {
  if (value?.kind !== 'literal') throw new Error('a helper has no literal where it needs one');
  return `${value.value}`;
}

const first = (args: readonly Value[]): Value => args[0] as Value;
const second = (args: readonly Value[]): Value => args[1] as Value;

/** A text that is never equal to the JSON of anything but a text, so that nothing has to be turned into text. */
const isWord = (value: Value): boolean =>
  value.kind === 'literal' &&
  /^[A-Za-z][A-Za-z0-9_ -]*$/.test(`${value.value}`) &&
  !/^(true|false)$/.test(`${value.value}`);

function equal(args: readonly Value[], context: GoContext): string {
  const [a, b] = [first(args), second(args)];
  if (isWord(a) || isWord(b)) return `(deepEqual ${expression(a, context).go} ${expression(b, context).go})`;
  return `(eq ${textOf(a, context)} ${textOf(b, context)})`;
}

function cut(value: Value, length: string, context: GoContext): string {
  const [whole, part, mark] = [context.fresh(), context.fresh(), context.fresh()];
  const source = textOf(value, context);
  context.before(
    `{{${whole}:=${source}}}{{${part}:=printf \`%.${length}s\` ${whole}}}{{${mark}:=ternary \`\` \`…\` (eq ${part} ${whole})}}`,
  );
  return `(print ${part} ${mark})`;
}

function joined([list, separator]: readonly Value[], context: GoContext): string {
  const [out, index, item, dict] = [context.fresh(), context.fresh(), context.fresh(), context.fresh()];
  const { go } = expression(list as Value, context);
  context.used.add('s');
  context.before(
    `{{${out}:=\`\`}}{{range ${index},${item}:=ternary ${go} (list ${go}) (kindIs \`slice\` ${go})}}` +
      `{{if gt (len ${out}) ${MAX_JOINED}}}{{${out} = print ${out} \`…\`}}{{break}}{{end}}{{${dict}:=dict \`v\` (list ${item})}}` +
      `{{template \`s\` ${dict}}}{{${out} = print ${out} (ternary ${goText(literal(separator))} \`\` (gt ${index} 0)) ${dict}.s}}{{end}}`,
  );
  return out;
}

/** A list is joined until the text has more bytes than this: each item costs the time that the text so far is long. */
export const MAX_JOINED = 4_000;

function item([list, place]: readonly Value[], context: GoContext): Expression {
  const { go } = expression(list as Value, context);
  const found = context.fresh();
  const index = literal(place);
  context.before(
    `{{${found}:=$E._}}{{if and (kindIs \`slice\` ${go}) (gt (len ${go}) ${index})}}{{${found} = index ${go} ${index}}}{{end}}`,
  );
  return { go: found, type: 'data' };
}

function count(args: readonly Value[], context: GoContext): Expression {
  const { go } = expression(first(args), context);
  const number = context.fresh();
  context.before(
    `{{${number}:=0}}{{if or (kindIs \`map\` ${go}) (kindIs \`slice\` ${go})}}{{${number} = len ${go}}}{{end}}`,
  );
  return { go: number, type: 'number' };
}

function date([value, format, zone]: readonly Value[], context: GoContext): string {
  const dict = context.fresh();
  const layout = literal(format).replace(
    /YYYY|MM|DD|HH|mm|ss/g,
    (token) => DATE_TOKENS[token as keyof typeof DATE_TOKENS],
  );
  const where = zone ? ` \`z\` ${goText(literal(zone))}` : '';
  context.used.add('d');
  context.before(
    `{{${dict}:=dict \`v\` (list ${alternatives(value as Value, context)}) \`f\` ${goText(layout)}${where}}}{{template \`d\` ${dict}}}`,
  );
  return `${dict}.s`;
}

/** How each helper is said in Go. Whatever the data, none of it ends the send with an error. */
const EMIT: Readonly<Record<string, Emit>> = {
  default: (args, context) => text(textOf({ kind: 'call', helper: 'default', args }, context)),
  upper: (args, context) => text(`(upper ${textOf(first(args), context)})`),
  lower: (args, context) => text(`(lower ${textOf(first(args), context)})`),
  short: (args, context) => text(`(printf \`%.7s\` ${textOf(first(args), context)})`),
  truncate: (args, context) => text(cut(first(args), literal(second(args)), context)),
  replace: (args, context) =>
    text(
      `(printf \`%.${MAX_TEXT}s\` (replace ${goText(literal(second(args)))} ${goText(literal(args[2]))} ${textOf(first(args), context)}))`,
    ),
  urlencode: (args, context) => text(`(urlquery ${textOf(first(args), context)} | replace \`+\` \`%20\`)`),
  concat: (args, context) => text(`(print ${args.map((each) => textOf(each, context)).join(' ')})`),
  // Printed by itself only, which is where it makes a difference.
  markdown: (args, context) => expression(first(args), context),
  join: (args, context) => text(joined(args, context)),
  at: item,
  count,
  date: (args, context) => text(date(args, context)),
  eq: (args, context) => boolean(equal(args, context)),
  ne: (args, context) => boolean(`(not ${equal(args, context)})`),
  contains: (args, context) =>
    boolean(`(contains ${textOf(second(args), context)} ${textOf(first(args), context)})`),
  not: (args, context) => boolean(`(not (or ${truthOf(first(args), context)}))`),
  and: (args, context) => boolean(`(not (not ${bothOf(args, context)}))`),
  or: (args, context) => boolean(`(not (not (or ${args.map((each) => truthOf(each, context)).join(' ')})))`),
};

/** Go's `and` gives one of its arguments, which is as good as a boolean where only its truth counts. */
export const bothOf = (args: readonly Value[], context: GoContext): string =>
  `(and ${args.map((each) => `(or ${truthOf(each, context)})`).join(' ')})`;

/** A helper's call. */
export function callExpression({ helper, args }: Call, context: GoContext): Expression {
  const emit = EMIT[helper];
  if (!emit) throw new Error(`no Go is known for the helper ${helper}`);
  return emit(args, context);
}
