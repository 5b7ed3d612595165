import { NASTIES } from './mutations.ts';
import type { Random } from './random.ts';

const FIELDS = [
  ...['metadata', 'name', 'namespace', 'labels', 'annotations', 'spec', 'project', 'source', 'destination'],
  ...[
    'status',
    'operationState',
    'phase',
    'message',
    'startedAt',
    'health',
    'sync',
    'resources',
    'conditions',
  ],
];
const TEXTS = [
  'a',
  'Failed',
  'Synced',
  '1h',
  '2026-01-01T00:00:00Z',
  '^a+$',
  '(a|b)*c{0,9}',
  '[',
  '\\\\d',
  '%s',
  '',
];
const BINARY = ['==', '!=', '<', '>=', 'and', 'or', '&&', '||', 'in', 'not in', 'contains', 'startsWith'];
const WILD_BINARY = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '**',
  '..',
  'matches',
  'not endsWith',
  '|',
  '=',
  '??',
  '===',
  ';',
];
const BUILTINS = [
  'len',
  'upper',
  'lower',
  'trim',
  'int',
  'float',
  'string',
  'abs',
  'ceil',
  'min',
  'max',
  'date',
];
const WILD_BUILTINS = [
  ...[
    'first',
    'last',
    'duration',
    'now',
    'toJSON',
    'keys',
    'sum',
    'split',
    'repeat',
    'type',
    'bitnot',
    'indexOf',
    'nope',
  ],
];
const PREDICATES = [
  'any',
  'any',
  'all',
  'all',
  'none',
  'one',
  'count',
  'filter',
  'find',
  'findIndex',
  'map',
  'sortBy',
];
const ROOTS = [
  ...Array.from({ length: 40 }, () => 'app'),
  'time',
  'strings',
  '#',
  'repo',
  'secrets',
  '$env',
  'x',
];

/** An expression in the language of Argo CD's triggers, out of its grammar; most of them are well formed. */
export function expression(random: Random, depth = random.int(1, 5)): string {
  if (depth <= 0)
    return random.oneOf(
      () => path(random),
      () => path(random),
      () => literal(random),
    );
  const inner = (): string => expression(random, depth - random.int(1, 2));
  return random.chance(0.9) ? tame(random, inner) : wild(random, inner);
}

/** What the gate lets pass, as long as its parts are so. */
function tame(random: Random, inner: () => string): string {
  const [open, close] = random.pick([
    ['', ''],
    ['{', '}'],
  ]) as [string, string];
  return random.oneOf(
    () => path(random),
    () => `(${inner()}) ${operator(random)} (${inner()})`,
    () => `(${path(random)} ?? ${text(random)}) == ${inner()}`,
    () => `${path(random)} ${random.pick(['==', '!=', 'contains', 'startsWith'])} ${text(random)}`,
    () => `${path(random)} ${random.pick(['and', 'or', '&&', '||'])} ${path(random)}`,
    () => `(${path(random)} ?? '') matches ${text(random)}`,
    () => `${random.pick(['not ', '!'])}(${inner()})`,
    () => `${builtin(random)}(${path(random)})`,
    () => `${random.pick(PREDICATES)}(${path(random)} ?? [], ${open}#.name == ${inner()}${close})`,
    () => `(${path(random)} ? ${inner()} : ${inner()})`,
    () => `${path(random)} in [${random.many(0, 4, () => text(random)).join(', ')}]`,
    () => `time.Now().${random.pick(['UTC().Hour()', 'Year()', 'Unix()'])} > (${inner()})`,
    () => `time.Now().Sub(time.Parse(${path(random)})).Minutes() > 1`,
    () => `strings.${random.pick(['ToLower', 'ToUpper'])}(${path(random)})`,
    () => `strings.ReplaceAll(${path(random)}, ${text(random)}, ${text(random)})`,
    () => `${inner()} ${random.pick(['// x', '/* x */', '\n', '\t'])}`,
  );
}

function wild(random: Random, inner: () => string): string {
  return random.oneOf(
    () => `${inner()} ${operator(random)} ${inner()}`,
    () => `${random.pick(['not ', '!', '-', '+'])}${inner()}`,
    () => `${builtin(random)}(${random.many(0, 3, inner).join(', ')})`,
    () => `${inner()} ? ${inner()} : ${inner()}`,
    () => `[${random.many(0, 4, inner).join(', ')}]`,
    () => `time.Now().${random.pick(['Sub', 'Add', 'Format', 'String()', 'In', 'Zone()'])}(${inner()})`,
    () => `time.Parse(${inner()}).Unix() > ${inner()}`,
    () => `strings.${random.pick(['ToLower', 'Repeat'])}(${random.many(1, 3, inner).join(', ')})`,
    () => `${inner()} # x`,
    () => `let x = ${inner()}; ${inner()}`,
    () => literal(random),
  );
}

function path(random: Random): string {
  const steps = random.many(0, 5, () =>
    random.oneOf(
      () => `.${random.pick(FIELDS)}`,
      () => `?.${random.pick(FIELDS)}`,
      () => `?.${random.pick(FIELDS)}`,
      () => `[${text(random)}]`,
      () => `?.[${random.pick(['0', '-1', text(random), '1:2', 'app.metadata.name'])}]`,
    ),
  );
  return `${random.pick(ROOTS)}${steps.join('')}`;
}

function literal(random: Random): string {
  return random.oneOf(
    () => text(random),
    () => random.pick(['true', 'false', 'nil', '0', '1', '3.14', '1e9', '0xff', '0b1', '1_000', '.5']),
    () =>
      random.pick(['9223372036854775807', '9223372036854775808', '1e400', '1..3', '{}', '{"a": 1}', "b'x'"]),
  );
}

function text(random: Random): string {
  const content = random.chance(0.15) ? random.pick(NASTIES) : random.pick(TEXTS);
  const quote = random.pick(["'", "'", '"', '`']);
  return `${quote}${content}${quote}`;
}

const operator = (random: Random): string => random.pick(random.chance(0.9) ? BINARY : WILD_BINARY);

const builtin = (random: Random): string => random.pick(random.chance(0.9) ? BUILTINS : WILD_BUILTINS);
