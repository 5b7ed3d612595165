import fc from 'fast-check';
import type { Commit } from '../../argocd/commit-field.ts';
import { GITEE_FIELDS, type GiteeFields } from '../../gitee/fields.ts';

/** Texts that break code that is careless with quotes, braces, markup, times or characters. */
const ODD_TEXTS = [
  '',
  'a"b',
  '{{x}}',
  '{{',
  '}}',
  '\\',
  '\n',
  '\r\n# h',
  '\u2028\u2029',
  '\u0000\u001f',
  '\u007f\u0085',
  '<no value>',
  '`',
  '$tok',
  '<b>&amp;',
  '😀é',
  '[a](b) <c>',
  '> q',
  '- l',
  '@all',
  'x@y.z @138',
  '@@all',
  'https://x.y/z?a=b&c=%41#d e',
  '2026-02-28T23:59:59Z',
  '2024-02-30T00:00:00Z',
  '2026-07-01T12:00:00.123+08:00',
  '0001-01-01T00:00:00Z',
  'abcdef0123456789',
  'Synced',
  '0',
  'false',
  'null',
  '"',
  '\\"',
  '\ufeff',
  'a,b',
  'x'.repeat(1_001),
  '长'.repeat(1_005),
];

/** Characters whose upper or lower case differs between Go's and JavaScript's tables are left out. */
const isSameCase = (text: string): boolean => /^[\p{ASCII}\p{Script=Han}\p{S}\p{P}\p{Z}\p{C}é]*$/u.test(text);

/** Any text without half a character. */
export const texts = fc.oneof(
  fc.constantFrom(...ODD_TEXTS),
  fc.string({ unit: 'binary', maxLength: 8 }).filter(isSameCase),
  fc.string({ unit: 'grapheme', maxLength: 8 }).filter(isSameCase),
);

/** Numbers as JSON holds them; JavaScript prints integers beyond 2^53 and -0 differently. */
const numbers = fc
  .oneof(
    fc.constantFrom(0, 1, -1, 1.5, 1e21, 1e-7, 0.1, 5e-324, 1.7976931348623157e308, 100, 1e-5),
    fc.integer(),
    fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((n) => !Number.isInteger(n) || Number.isSafeInteger(n) || Math.abs(n) >= 1e21),
  )
  .map((n) => (Object.is(n, -0) ? 0 : n));

export const FIELD_NAMES = [
  'metadata',
  'name',
  'namespace',
  'labels',
  'status',
  'items',
  'a.b/c',
  'n',
  'x-y',
  'upper',
  'app',
  '__x',
  '键',
];

const keys = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...FIELD_NAMES) },
  {
    weight: 1,
    arbitrary: texts.filter((text) => !/^\d+$/.test(text) && text !== '__proto__' && text.length < 100),
  },
);

const { value } = fc.letrec<{ leaf: unknown; map: object; list: unknown[]; value: unknown }>((tie) => ({
  leaf: fc.oneof(
    { weight: 4, arbitrary: texts },
    { weight: 2, arbitrary: numbers },
    { weight: 1, arbitrary: fc.boolean() },
    { weight: 1, arbitrary: fc.constant(null) },
  ),
  map: fc.array(fc.tuple(keys, tie('value')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
  list: fc.array(tie('value'), { maxLength: 4 }),
  value: fc.oneof(
    { withCrossShrink: true },
    { weight: 3, arbitrary: tie('leaf') },
    { weight: 2, arbitrary: tie('map') },
    { weight: 1, arbitrary: tie('list') },
  ),
}));

/** Something like an Application: an object with fields of all kinds. */
export const applications = fc
  .array(fc.tuple(keys, value), { minLength: 1, maxLength: 5 })
  .map((entries) => JSON.parse(JSON.stringify(Object.fromEntries(entries))) as Record<string, unknown>);

/** The commit of an Application, if it is known. */
export const commits: fc.Arbitrary<Commit | undefined> = fc.option(
  fc.record({ author: texts, message: texts, date: texts }),
  { nil: undefined },
);

/** The values of Argo CD's `context`. */
export const contexts = fc.dictionary(
  fc.constantFrom('url', 'name'),
  texts.filter((text) => !/\p{Cc}|\ufeff/u.test(text)),
);

/** An event of Gitee as templates read it. A value may be of any kind, though the relay bounds the values before. */
export const giteeEvents = fc
  .record(mapped(GITEE_FIELDS, fieldsOf), { requiredKeys: [] })
  .map((event) => JSON.parse(JSON.stringify(event)) as Record<string, unknown>);

function fieldsOf(fields: GiteeFields): fc.Arbitrary<unknown> {
  const arbitraries = mapped(fields, ({ fields: inner, isList }) => {
    const one = inner ? fieldsOf(inner) : fc.oneof(texts, numbers, fc.boolean());
    const fitting = isList ? fc.array(one, { maxLength: 4 }) : one;
    return fc.oneof({ weight: 6, arbitrary: fitting }, { weight: 1, arbitrary: value });
  });
  return fc.record(arbitraries, { requiredKeys: [] });
}

function mapped<T>(
  record: Readonly<Record<string, T>>,
  map: (item: T) => fc.Arbitrary<unknown>,
): Record<string, fc.Arbitrary<unknown>> {
  return Object.fromEntries(Object.entries(record).map(([name, item]) => [name, map(item)]));
}
