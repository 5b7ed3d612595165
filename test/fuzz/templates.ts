import { NASTIES } from './mutations.ts';
import type { Random } from './random.ts';

const FIELDS = [
  ...[
    '.app.metadata.name',
    '.app.metadata.labels',
    '.app.metadata.labels.tier',
    '.app.spec',
    '.app.spec.source',
  ],
  ...[
    '.app.status.operationState',
    '.app.status.operationState.phase',
    '.app.status.conditions',
    '.app.nothing.at.all',
  ],
  ...[
    '.context.argocdUrl',
    '.recipient',
    '.serviceType',
    '.app',
    '.',
    '$',
    '$.app',
    '$x',
    '.secrets',
    '.time',
    '.repo',
  ],
];
const FUNCTIONS = [
  ...[
    'toRawJson',
    'toJson',
    'quote',
    'upper',
    'lower',
    'trim',
    'len',
    'print',
    'printf "%v"',
    'html',
    'js',
    'urlquery',
  ],
  ...[
    'default "x"',
    'trunc 5',
    'b64enc',
    'sha256sum',
    'indent 2',
    'nindent 4',
    'squote',
    'title',
    'list',
    'dict "k"',
  ],
  ...[
    'first',
    'last',
    'rest',
    'int',
    'toString',
    'kindOf',
    'typeOf',
    'deepCopy',
    'fromJson',
    'splitList ","',
    'join ","',
  ],
  ...[
    'index',
    'slice',
    'not',
    'and',
    'or',
    'eq "a"',
    'regexMatch "^a"',
    'mustRegexMatch "["',
    'repeat 3',
    'until',
    'date "2006"',
  ],
  ...[
    'env',
    'toYaml',
    'fail',
    'call',
    'seq 1',
    'now',
    'uuidv4',
    'semver',
    'wrap 3',
    'keys',
    'values',
    'sortAlpha',
    'plural "a" "b"',
  ],
];

/** A message's body as a Go template, out of the grammar; most of them are well formed, and half of them give JSON. */
export function goTemplate(random: Random): string {
  const definitions = random.chance(0.15) ? `{{ define "x" }}${parts(random, 2)}{{ end }}` : '';
  const body = random.oneOf(
    () => `{"msgtype":"text","text":{"content":"${parts(random, 3)}"}}`,
    () => `{"msgtype":"markdown","markdown":{"title":"t","text":{{ ${pipeline(random, 2)} | toRawJson }}}}`,
    () => `{"a":{{ ${pipeline(random, 2)} | toString | toRawJson }},"b":"${parts(random, 2)}"}`,
    () => `{{ $x := ${pipeline(random, 2)} }}{"a":{{ print $x | toRawJson }}, "b": "${parts(random, 2)}"}`,
    () => `{"a":[${random.many(0, 4, () => `"${parts(random, 1)}"`).join(',')}]}`,
    () => parts(random, 3),
  );
  return definitions + body;
}

function parts(random: Random, depth: number): string {
  return random.many(1, 4, () => part(random, depth)).join('');
}

function part(random: Random, depth: number): string {
  if (depth <= 0)
    return random.oneOf(
      () => text(random),
      () => action(random, pipeline(random, 0)),
    );
  const inner = (): string => parts(random, depth - 1);
  const value = (): string => pipeline(random, depth - 1);
  return random.oneOf(
    () => text(random),
    () => action(random, value()),
    () => action(random, value()),
    () => action(random, `if ${value()}`) + inner() + action(random, 'end'),
    () =>
      action(random, `if ${value()}`) + inner() + action(random, 'else') + inner() + action(random, 'end'),
    () => action(random, `range $i, $x := ${value()}`) + inner() + action(random, 'end'),
    () =>
      action(
        random,
        `range ${random.pick(['.app.status.conditions', 'list 1 2', '.app.metadata.labels', value()])}`,
      ) +
      inner() +
      action(random, 'end'),
    () => action(random, `with ${value()}`) + inner() + action(random, 'end'),
    () => action(random, `$x := ${value()}`) + action(random, '$x') + action(random, `$x = ${value()}`),
    () =>
      random.pick([
        '{{/* x */}}',
        '{{- /* x */ -}}',
        '{{ template "x" . }}',
        '{{ block "y" . }}y{{ end }}',
        '{{ break }}',
      ]),
  );
}

function action(random: Random, content: string): string {
  const [open, close] = random.pick([
    ['{{ ', ' }}'],
    ['{{ ', ' }}'],
    ['{{- ', ' -}}'],
    ['{{', '}}'],
    ['{{\n', '\t}}'],
  ]) as [string, string];
  return open + content + close;
}

function pipeline(random: Random, depth: number): string {
  const operand = (): string =>
    random.oneOf(
      () => random.pick(FIELDS),
      () => random.pick(FIELDS),
      () =>
        random.pick([
          '"a"',
          '"%d\\n"',
          '`raw`',
          "'a'",
          '1',
          '0x1F',
          '1e3',
          '1i',
          'true',
          'nil',
          '(list 1 2)',
          '""',
        ]),
      () => (depth > 0 ? `(${pipeline(random, depth - 1)})` : '.app.metadata.name'),
      () => (depth > 0 ? `${random.pick(FUNCTIONS)} ${pipeline(random, depth - 1)}` : '(dict "a" 1)'),
    );
  return [operand(), ...random.many(0, 2, () => random.pick(FUNCTIONS))].join(' | ');
}

function text(random: Random): string {
  return random.chance(0.25)
    ? random.pick(NASTIES)
    : random.pick(['x', ' ', '中文', '\\n', '**b**', 'a: b', '', '[l](u)']);
}
