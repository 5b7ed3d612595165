import { expect, it } from 'vitest';
import { readForeignEntries, withoutRecipients } from './foreign-entries.ts';
import { withoutAliases } from './yaml-aliases.ts';

it.each([
  [
    '- recipients: [ding] # ours\n  triggers: &t [a, b]\n- recipients: [dong]\n  triggers: *t # the same\n',
    '- recipients: [ding] # ours\n  triggers: &t [a, b]\n- recipients: [dong]\n  triggers: ["a","b"] # the same\n',
  ],
  [
    '- &x\n  recipients: [ding]\n  triggers: [a]\n- <<: *x\n  selector: k=v\n',
    '- &x\n  recipients: [ding]\n  triggers: [a]\n- "recipients": ["ding"]\n  "triggers": ["a"]\n  selector: k=v\n',
  ],
  [
    '[{recipients: &r [ding], triggers: [a]}, {recipients: *r, triggers: [b]}, {<<: {x: 1}}]',
    '[{recipients: &r [ding], triggers: [a]}, {recipients: ["ding"], triggers: [b]}, {<<: {x: 1}}]',
  ],
])('each alias is what it stands for: %s', (text, plain) => {
  expect(withoutAliases(text)).toBe(plain);
  expect(readForeignEntries(plain)).toEqual(readForeignEntries(text));
});

it.each(['', '- recipients: [a]', '- *none', '&a [*a]', '- &a [b'])(
  'a value without aliases, or a broken one, stays: %s',
  (text) => {
    expect(withoutAliases(text)).toBeUndefined();
  },
);

it('recipients are cut from entries that aliases refer to, and the others mean the same as before', () => {
  const text =
    '- recipients: [ding]\n  triggers: &t [a, b]\n# theirs\n- recipients: [slack]\n  triggers: *t\n';
  const rest = withoutRecipients(text, new Map([[0, new Set(['ding'])]]));
  expect(rest).toEqual({ ok: true, text: '# theirs\n- recipients: [slack]\n  triggers: ["a","b"]\n' });
  expect(
    withoutRecipients(
      text,
      new Map([
        [0, new Set(['ding'])],
        [1, new Set(['slack'])],
      ]),
    ),
  ).toMatchObject({ ok: true });
});
