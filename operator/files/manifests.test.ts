import { describe, expect, it } from 'vitest';
import { parseManifests } from './manifests.ts';

function only(source: string) {
  const [manifest] = parseManifests(source, 'test.yaml');
  if (!manifest) throw new Error('the source has no document');
  return manifest;
}

describe('a field', () => {
  const manifest = only(`\
# a comment
spec:
  events:
    - name: slow
      when: "true"
  params:
    on: first
    on.call: second
    on.call/team: third
  again: &again { deep: value }
  other: *again
metadata:
  annotations:
    example.com/a.b: note
`);

  it.each([
    ['spec.events[0].when', 5, 13],
    ['spec.events[0].when, line 1, column 2: no', 5, 13],
    ['spec.events[0].template.name', 4, 7],
    ['spec.events[7].name', 4, 5],
    ['spec.params.on', 7, 9],
    ['spec.params.on: is wrong', 7, 9],
    ['spec.params.on.call', 8, 14],
    ['spec.params.on.call/team', 9, 19],
    ['spec.params.onward', 7, 5],
    ['metadata.annotations.example.com/a.b', 14, 22],
    ['spec.other.deep', 10, 25],
    ['nowhere', 2, 1],
    ['', 2, 1],
  ])('%s is at %i:%i', (field, line, column) => {
    expect(manifest.place(field)).toEqual({ line, column });
  });

  it('of a later document is told by the line in the file', () => {
    const [, second] = parseManifests('a: 1\n---\nb:\n  c: 2\n', 'test.yaml');
    expect(second?.place('b.c')).toEqual({ line: 4, column: 6 });
  });
});

/** The source has the text `aZ` somewhere in `t`, and the test looks for Z. */
describe.each([
  ['a literal', 't: |\n  first\n  b aZ\n', 2, 4],
  ['a literal whose line break is cut', 'm:\n  t: |-\n    first\n\n      b aZ\n', 3, 6],
  ['a literal with its own indentation', 't: |2\n    first\n  aZ\n', 2, 2],
  ['a literal with a comment and Windows line breaks', 't: |+ # why\r\n  first\r\n  aZ\r\n\r\n', 2, 2],
  ['a literal in a list', 't:\n- |\n first\n aZ\n', 2, 2],
  ['a plain text', 't: b aZ # why\n', 1, 4],
  ['a text in single quotes', "t: 'it''s aZ'\n", 1, 7],
  ['a text in double quotes', 't: "b aZ"\n', 1, 4],
  ['a text in double quotes with escapes', 't: "\\"\\x41\\u4e2d\\U0001F534\\n😀aZ"\n', 2, 4],
  ['JSON', '{"t":"a\\taZ\\n"}', 1, 4],
])('a place inside %s', (_, source, line, column) => {
  it('is found in the file', () => {
    const manifest = only(source);
    const offset = source.indexOf('Z');
    const before = source.slice(0, offset).split('\n');
    const expected = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    const field = source.includes('\n- ') ? 't[0]' : source.startsWith('m:') ? 'm.t' : 't';
    expect(manifest.place(field, { line, column })).toEqual(expected);
  });
});

it.each([
  ['a folded text', 't: >\n  first\n  aZ\n', { line: 1, column: 8 }],
  ['a plain text on several lines', 't: first\n  aZ\n', { line: 1, column: 8 }],
  ['a quoted text on several lines', 't: "first\n  aZ"\n', { line: 1, column: 8 }],
  ['a line that a text does not have', 't: |\n  first\n', { line: 9, column: 1 }],
  ['what is no text', 't: 12\n', { line: 1, column: 2 }],
])('a place inside %s is told as that of the field', (_, source, position) => {
  expect(only(source).place('t', position)).toEqual({ line: 1, column: 4 });
});

it('a column behind the end of a line is its end', () => {
  expect(only('t: |\n  ab\n  cd\n').place('t', { line: 1, column: 99 })).toEqual({ line: 2, column: 5 });
});

describe('a list', () => {
  const LIST = `\
apiVersion: v1
kind: List
items:
  - kind: A
    spec: { deep: 1 }
  - apiVersion: v1
    kind: ConfigMapList
    items:
      - metadata: { name: inner }
        data:
          t: |
            first
            b Z
  - kind: B
`;
  const items = parseManifests(LIST, 'test.yaml');

  it('stands for its items, and for those of the lists in it', () => {
    expect(items.map(({ value }) => (value as { kind: string }).kind)).toEqual(['A', 'ConfigMap', 'B']);
    expect(items[1]?.value).toMatchObject({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'inner' },
    });
  });

  it.each([
    [0, 'spec.deep', undefined, 5, 19],
    [1, 'metadata.name', undefined, 9, 27],
    [1, 'data.t', { line: 2, column: 3 }, 13, 15],
    [1, '', undefined, 9, 9],
    [2, 'nowhere', undefined, 14, 5],
  ])('has the fields of item %i where the file has them: %s', (index, field, position, line, column) => {
    expect(items[index]?.place(field, position)).toEqual({ line, column });
  });

  it.each([
    [0, 'spec', 5, 5],
    [1, 'metadata.name', 9, 9],
    [1, 'data', 10, 13],
    [1, 'data.t', 11, 13],
    [1, '', 9, 13],
  ])('has the lines of the fields of item %i: %s', (index, field, first, last) => {
    expect(items[index]?.lines(field)).toEqual({ first, last });
  });

  it.each(['data.u', 'data.t.u', 'data[0]'])('has no lines for what it does not have: %s', (field) => {
    expect(items[1]?.lines(field)).toBeUndefined();
  });

  it.each(['kind: List\nitems: []', 'kind: List\nitems:', 'kind: List\nitems: [null, 1]'])(
    'can be empty: %s',
    (source) => {
      expect(parseManifests(source, 'test.yaml')).toEqual([]);
    },
  );

  it.each(['kind: WaitingList\nspec: {}', 'kind: [List]\nitems: []', 'items: []'])(
    'is none: %s',
    (source) => {
      expect(only(source).value).toBeDefined();
    },
  );

  it('is not followed into any depth', () => {
    const nested = (depth: number): object =>
      depth === 0 ? { kind: 'A' } : { kind: 'List', items: [nested(depth - 1)] };
    expect(parseManifests(JSON.stringify(nested(8)), 'test.yaml')).toHaveLength(1);
    expect(() => parseManifests(JSON.stringify(nested(9)), 'test.yaml')).toThrow(
      /^test\.yaml:1:\d+: too many lists in each other$/,
    );
  });
});

it.each([
  ['an alias without its anchor', 'a: *b', /^test\.yaml:1:\d+: Unresolved alias/],
  ['aliases of aliases', bomb(), /^test\.yaml:1:1: Excessive alias count/],
])('%s is an error of the file', (_, source, message) => {
  expect(() => parseManifests(source, 'test.yaml')).toThrow(message);
  expect(() => parseManifests(source, 'test.yaml')).toThrow(
    expect.objectContaining({ name: 'ManifestError' }),
  );
});

function bomb(): string {
  const levels = Array.from({ length: 9 }, (_, at) => `l${at + 1}: &l${at + 1} [${`*l${at}, `.repeat(9)}]`);
  return ['l0: &l0 [x]', ...levels].join('\n');
}
