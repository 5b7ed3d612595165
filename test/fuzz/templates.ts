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
    '.secrets',
    '.time',
    '.repo',
  ],
];
/** What takes anything. */
const TAME = [
  ...[
    'toRawJson',
    'toJson',
    'quote',
    'squote',
    'print',
    'printf "%v"',
    'printf "%q %s"',
    'html',
    'js',
    'urlquery',
  ],
  ...[
    'default "x"',
    'list',
    'dict "k"',
    'toString',
    'kindOf',
    'typeOf',
    'not',
    'and',
    'or true',
    'coalesce',
    'empty',
  ],
];
/** What fails for some values, or does not exist. */
const WILD = [
  ...[
    'upper',
    'lower',
    'trim',
    'len',
    'trunc 5',
    'b64enc',
    'sha256sum',
    'indent 2',
    'title',
    'first',
    'last',
    'rest',
  ],
  ...[
    'int',
    'deepCopy',
    'fromJson',
    'splitList ","',
    'join ","',
    'index',
    'slice',
    'eq "a"',
    'regexMatch "^a"',
    'call',
  ],
  ...[
    'mustRegexMatch "["',
    'repeat 3',
    'until',
    'date "2006"',
    'env',
    'toYaml',
    'fail',
    'seq 1',
    'now',
    'uuidv4',
  ],
  ...[
    'semver',
    'wrap 3',
    'keys',
    'values',
    'sortAlpha',
    'plural "a" "b"',
    'derivePassword 1 "long" "a" "b"',
    'tpl',
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
    () => `{"a":"${encoded(random)}","b":[${random.many(0, 3, () => `"${encoded(random)}"`).join(',')}]}`,
    () =>
      `{{ with ${pipeline(random, 1)} }}{"a":"${encoded(random)}"}{{ else }}{"b":"${encoded(random)}"}{{ end }}`,
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
      () => (depth > 0 ? `${anyFunction(random)} ${pipeline(random, depth - 1)}` : '(dict "a" 1)'),
    );
  return [operand(), ...random.many(0, 2, () => anyFunction(random))].join(' | ');
}

function text(random: Random): string {
  return random.chance(0.25)
    ? random.pick(NASTIES)
    : random.pick(['x', ' ', '中文', '\\n', '**b**', 'a: b', '', '[l](u)']);
}

const anyFunction = (random: Random): string => random.pick(random.chance(0.94) ? TAME : WILD);

/** Something that is fit to stand inside of a JSON text. */
const encoded = (random: Random): string => action(random, `${pipeline(random, 2)} | toRawJson | b64enc`);
