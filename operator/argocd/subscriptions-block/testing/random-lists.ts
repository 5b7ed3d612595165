import fc from 'fast-check';

/**
 * Random values of `subscriptions`, for tests: foreign lists in all forms in which people write YAML, with
 * traps for a text splice (block scalars at the end, our own lines inside strings, odd comments, no line break).
 */
export function foreignTexts(): fc.Arbitrary<string> {
  const bodies = fc.oneof({ weight: 6, arbitrary: blockLists }, { weight: 3, arbitrary: flowLists }, empties);
  return fc
    .tuple(
      fc.constantFrom('', '', '', '# ours\n', '---\n', '--- # start\n', '\n', '\ufeff'),
      bodies,
      ends,
      fc.nat(7),
    )
    .map(([head, body, end, crlf]) =>
      crlf === 0 ? (head + body + end).replaceAll('\n', '\r\n') : head + body + end,
    );
}

/** Random entries of ours. */
export function ourEntries(): fc.Arbitrary<
  { recipients: string[]; triggers: string[]; selector?: string }[]
> {
  const names = fc.array(fc.oneof(fc.stringMatching(/^dt_[a-z0-9-]{1,12}$/), fc.string({ unit: 'binary' })), {
    maxLength: 3,
  });
  const entry = fc.record(
    { recipients: names, triggers: names, selector: fc.constantFrom('team=a', 'app in (x, y)') },
    { requiredKeys: ['recipients', 'triggers'], noNullPrototype: true },
  );
  return fc.array(entry, { maxLength: 4 });
}

const OUR_LINES = [
  '# BEGIN argocd-dingtalk: generated, do not edit {"was":null}',
  '- {"recipients":["x"],"triggers":["y"],"managedBy":"argocd-dingtalk"}',
  '# END argocd-dingtalk',
];

const words = fc.constantFrom(
  'slack:ops',
  'on-deployed',
  'a',
  '"on"',
  "'#not a comment'",
  '"\\u00e9\\n"',
  '中文',
  '~',
  '1.5',
);
const ends = fc.constantFrom(
  '\n',
  '\n',
  '\n',
  '',
  '\n\n',
  '\n# end\n',
  '\n    # odd end\n',
  '\n# end',
  '   ',
  '\n  ',
);

/** Lines of one entry, the first one without its dash, the others to be indented. */
const entries: fc.Arbitrary<string[]> = fc.oneof(
  fc.tuple(words, words).map(([r, t]) => ['recipients:', `- ${r}`, 'triggers:', `- ${t}`]),
  fc
    .tuple(words, words)
    .map(([r, t]) => [`recipients: [${r}, ${t}]  # who`, 'triggers:', '  - a', '# between', `  - ${t}`]),
  fc.tuple(words, words).map(([r, t]) => [`{recipients: [${r}], "triggers":["a"], x: ${t}}`]),
  fc.tuple(words, words).map(([r, t]) => ['{', `  recipients: [${r},`, `  ], # c`, `triggers: [${t}]`, '}']),
  words.map((w) => [w]),
  fc.constantFrom<string[]>(
    ['', '# an entry on its own lines', 'selector: a', 'b: c'],
    [],
    ['- nested', '- list'],
    ['plain over', 'several', '  lines'],
    ['"quoted # over', '  # several', '', 'lines"'],
    ["'single", ...OUR_LINES, "lines'"],
    ['|', ...OUR_LINES],
    ['note: |', ...OUR_LINES.map((l) => `  ${l}`), 'b: 1'],
    ['a: 1', 'note: |', '  kept', ''],
    ['|+', 'kept', '', ''],
    ['|-', 'stripped', ''],
    ['>', 'folded', 'text', '', '  more'],
    ['>+', 'folded', '', ''],
    ['|2', '  deep', '    deeper'],
    ['a: |2', '    explicit'],
    ['a: |', ''],
    ['|'],
    ['? complex', ': value'],
    ['!!str 123'],
    ['&anchor {a: 1}'],
    ['<<: {merged: 1}', 'own: 2'],
    ['managedBy: somebody-else', 'recipients: [x]'],
    ['key:'],
    ['"managedBy": argocd'],
  ),
);

const comments = fc.constantFrom(
  '',
  '',
  '',
  '',
  '# plain',
  '   # odd indentation',
  '',
  '# BEGIN something else',
  '#',
);

const blockLists = fc
  .tuple(
    fc.constantFrom('', '', '  ', '   '),
    fc.constantFrom(' ', ' ', '   '),
    fc.array(fc.tuple(comments, entries), { minLength: 1, maxLength: 4 }),
  )
  .map(([indent, gap, list]) =>
    list
      .flatMap(([comment, [first = '', ...rest]]) => [
        ...(comment === '' ? [] : [comment]),
        `${indent}-${first === '' ? '' : gap}${first}`,
        ...rest.map((line) => (line === '' ? '' : `${indent} ${gap}${line}`)),
      ])
      .join('\n'),
  );

const flowEntries = fc.oneof(
  fc.tuple(words, words).map(([r, t]) => `{recipients: [${r}], triggers: [${t}]}`),
  fc.tuple(words, words).map(([r, t]) => `{\n "recipients": [${r}],\n"triggers": [${t}]}`),
  words,
  fc.constantFrom(
    'a: 1',
    '"multi\n\n  line"',
    "' # BEGIN argocd-dingtalk'",
    '[nested, [list]]',
    '{}',
    '!!str 1',
    'a [b'.slice(0, 1),
  ),
);

const flowLists = fc
  .tuple(
    fc.constantFrom('[', '[', ' [', '&x [', '!!seq ['),
    fc.constantFrom('', ' ', '\n', '\n  ', ' # open\n', '\n\n', '\t'),
    fc.array(flowEntries, { maxLength: 4 }),
    fc.constantFrom(',', ', ', ',\n', ' ,\n  ', ', # next\n'),
    fc.constantFrom('', ' ', '\n', ' # last\n'),
    fc.boolean(),
  )
  .map(([open, gap, list, comma, close, trailing]) =>
    [open, gap, list.join(comma), trailing && list.length > 0 ? ',' : '', close, ']'].join(''),
  );

const empties = fc.constantFrom(
  '',
  '',
  '# only a comment',
  '   ',
  'null',
  '~',
  'Null',
  '[]',
  '[ ]',
  '# BEGIN\n# END',
);
