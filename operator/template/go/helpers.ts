import { own } from '../../lib/own.ts';
import { DATE_TOKENS } from '../syntax/helpers.ts';
import type { GoContext } from './context.ts';
import { MAX_TEXT } from './defines.ts';
import {
  alternatives,
  boolean,
  type Expression,
  firstText,
  lazyText,
  text,
  textOf,
  truthOf,
} from './expression.ts';
import { counted, itemAt, joined } from './list-helpers.ts';
import { goText } from './literal.ts';

/** Writes a call in Go; the check has made sure that the arguments are there. */
type Emit = (args: readonly Expression[], context: GoContext) => Expression;

/** How each helper is written in Go. No data ends the send with an error. */
const EMIT: Readonly<Record<string, Emit>> = {
  default: (args, context) => {
    const choice = args.flatMap(alternatives);
    return lazyText(() => firstText(choice, context), choice);
  },
  upper: (args, context) => text(`(upper ${textOf(at(args, 0), context)})`),
  lower: (args, context) => text(`(lower ${textOf(at(args, 0), context)})`),
  short: (args, context) => text(`(printf \`%.7s\` ${textOf(at(args, 0), context)})`),
  truncate: (args, context) => text(cut(at(args, 0), literal(args, 1), context)),
  replace: (args, context) => text(replaced(args, context)),
  urlencode: (args, context) => text(`(urlquery ${textOf(at(args, 0), context)} | replace \`+\` \`%20\`)`),
  concat: (args, context) => text(`(print ${texts(args, context)})`),
  // Only where it is printed directly, since only there it makes a difference.
  markdown: (args) => at(args, 0),
  join: (args, context) => joined(at(args, 0), literal(args, 1), context),
  at: (args, context) => itemAt(at(args, 0), literal(args, 1), context),
  count: (args, context) => counted(at(args, 0), context),
  date: (args, context) => text(date(args, context)),
  eq: (args, context) => boolean(equal(args, context)),
  ne: (args, context) => boolean(`(not ${equal(args, context)})`),
  contains: (args, context) =>
    boolean(`(contains ${textOf(at(args, 1), context)} ${textOf(at(args, 0), context)})`),
  not: (args, context) => boolean(`(not (or ${truthOf(at(args, 0), context)}))`),
  and: (args, context) => {
    const both = `(and ${args.map((each) => `(or ${truthOf(each, context)})`).join(' ')})`;
    return { ...boolean(`(not (not ${both}))`), truth: both };
  },
  or: (args, context) => {
    const truth = args.map((each) => truthOf(each, context)).join(' ');
    return { ...boolean(`(not (not (or ${truth})))`), truth };
  },
};

/** A helper's call. */
export function callExpression(helper: string, args: readonly Expression[], context: GoContext): Expression {
  const emit = own(EMIT, helper);
  if (!emit) throw new Error(`no Go is known for the helper ${helper}`);
  return emit(args, context);
}

function at(args: readonly Expression[], place: number): Expression {
  const argument = args[place];
  if (!argument) throw new Error(`a helper has no argument ${place}`);
  return argument;
}

function literal(args: readonly Expression[], place: number): string {
  const { literal: value } = at(args, place);
  if (value === undefined) throw new Error('a helper has no literal where it needs one');
  return `${value}`;
}

const texts = (args: readonly Expression[], context: GoContext): string =>
  args.map((each) => textOf(each, context)).join(' ');

/** A text that is never equal to the JSON of anything except a text, so no value has to be turned into text. */
const isWord = ({ literal: value }: Expression): boolean =>
  value !== undefined && /^[A-Za-z][A-Za-z0-9_ -]*$/.test(`${value}`) && !/^(true|false)$/.test(`${value}`);

function equal(args: readonly Expression[], context: GoContext): string {
  const [a, b] = [at(args, 0), at(args, 1)];
  return isWord(a) || isWord(b)
    ? `(deepEqual ${a.go} ${b.go})`
    : `(eq ${textOf(a, context)} ${textOf(b, context)})`;
}

function cut(value: Expression, length: string, context: GoContext): string {
  const [whole, part, mark] = [context.fresh(), context.fresh(), context.fresh()];
  const source = textOf(value, context);
  context.before(
    `{{${whole}:=${source}}}{{${part}:=printf \`%.${length}s\` ${whole}}}{{${mark}:=ternary \`\` \`…\` (eq ${part} ${whole})}}`,
  );
  return `(print ${part} ${mark})`;
}

/** Bounded, since each found text can become a longer one. */
function replaced(args: readonly Expression[], context: GoContext): string {
  const [from, to] = [goText(literal(args, 1)), goText(literal(args, 2))];
  return `(printf \`%.${MAX_TEXT}s\` (replace ${from} ${to} ${textOf(at(args, 0), context)}))`;
}

function date(args: readonly Expression[], context: GoContext): string {
  const dict = context.fresh();
  const layout = literal(args, 1).replace(
    /YYYY|MM|DD|HH|mm|ss/g,
    (token) => own(DATE_TOKENS, token) ?? token,
  );
  const zone = args.length > 2 ? ` \`z\` ${goText(literal(args, 2))}` : '';
  const values = alternatives(at(args, 0)).join(' ');
  context.used.add('d');
  context.before(
    `{{${dict}:=dict \`v\` (list ${values}) \`f\` ${goText(layout)}${zone}}}{{template \`d\` ${dict}}}`,
  );
  return `${dict}.s`;
}
