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
const BINARY = [
  ...[
    '==',
    '!=',
    '<',
    '>=',
    'and',
    'or',
    '&&',
    '||',
    '??',
    'in',
    'not in',
    '+',
    '-',
    '*',
    '/',
    '%',
    '**',
    '..',
  ],
  ...['matches', 'contains', 'startsWith', 'not endsWith', '|', '='],
];
const BUILTINS = [
  ...[
    'len',
    'first',
    'last',
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
  ],
  ...[
    'date',
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
    'hasPrefix',
  ],
];
const PREDICATES = [
  'any',
  'all',
  'none',
  'one',
  'count',
  'filter',
  'find',
  'findIndex',
  'map',
  'groupBy',
  'sortBy',
];
const ROOTS = ['app', 'app', 'app', 'app', 'app', 'time', 'strings', '#', 'repo', 'secrets', '$env', 'x'];

/** An expression in the language of Argo CD's triggers, out of its grammar; most of them are well formed. */
export function expression(random: Random, depth = random.int(1, 5)): string {
  if (depth <= 0)
    return random.oneOf(
      () => path(random),
      () => path(random),
      () => literal(random),
    );
  const inner = (): string => expression(random, depth - random.int(1, 2));
  return random.oneOf(
    () => path(random),
    () => literal(random),
    () => `${inner()} ${random.pick(BINARY)} ${inner()}`,
    () => `(${inner()}) ${random.pick(BINARY)} (${inner()})`,
    () => `(${path(random)} ?? ${text(random)}) == ${inner()}`,
    () => `${path(random)} ${random.pick(['==', '!=', 'matches', 'contains', 'startsWith'])} ${text(random)}`,
    () => `${random.pick(['not ', '!', '-', '+'])}${inner()}`,
    () => `${random.pick(BUILTINS)}(${random.many(1, 2, inner).join(', ')})`,
    () =>
      `${random.pick(PREDICATES)}(${path(random)} ?? [], ${random.pick(['', '{'])}#.name == ${inner()}${random.pick(['', '}'])})`,
    () => `${inner()} ? ${inner()} : ${inner()}`,
    () => `[${random.many(0, 4, inner).join(', ')}]`,
    () =>
      `time.Now().${random.pick(['UTC()', 'Year()', 'Sub', 'Add', 'Format', 'String()', 'In', 'Zone()'])} ${inner()}`,
    () => `time.Parse(${inner()}).Unix() > ${inner()}`,
    () =>
      `strings.${random.pick(['ToLower', 'ToUpper', 'ReplaceAll', 'Repeat'])}(${random.many(1, 3, inner).join(', ')})`,
    () => `${inner()} ${random.pick(['// x', '/* x */', '\n', '\t', '# x'])}`,
    () => `let x = ${inner()}; ${inner()}`,
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
  const content = random.chance(0.2) ? random.pick(NASTIES) : random.pick(TEXTS);
  const quote = random.pick(["'", "'", '"', '`']);
  return `${quote}${content}${quote}`;
}
