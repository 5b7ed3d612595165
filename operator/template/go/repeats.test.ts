import { expect, it } from 'vitest';
import { shorten } from './repeats.ts';

const LINE = '- **Project**: {{template `m` (list $ $.a)}}, a line of ordinary length\n';
const OTHER = '- **Health**: {{template `m` (list $ $.b)}}, another line of that length\n';

it('says once what several messages have, together what always comes together', () => {
  const { defines, messages } = shorten([
    ['one\n', LINE, OTHER],
    ['two\n', LINE, OTHER, 'end'],
  ]);
  expect(defines).toBe(`{{define \`A\`}}${LINE}${OTHER}{{end}}`);
  expect(messages).toEqual(['one\n{{template `A` $}}', 'two\n{{template `A` $}}end']);
});

it('divides where one message goes on differently', () => {
  const { defines, messages } = shorten([[LINE, OTHER], [LINE], [OTHER]]);
  expect(defines).toBe(`{{define \`A\`}}${LINE}{{end}}{{define \`B\`}}${OTHER}{{end}}`);
  expect(messages).toEqual([
    '{{template `A` $}}{{template `B` $}}',
    '{{template `A` $}}',
    '{{template `B` $}}',
  ]);
});

it('leaves alone what a define would make longer', () => {
  expect(shorten([['a\n'], ['a\n']])).toEqual({ defines: '', messages: ['a\n', 'a\n'] });
});

it('finds what one message says twice', () => {
  expect(shorten([[LINE, LINE, LINE]]).messages).toEqual(['{{template `A` $}}'.repeat(3)]);
});

it('takes no time for very many pieces', () => {
  const pieces = Array.from({ length: 50_000 }, (_, index) => `${index % 7} ${index % 11}\n`);
  const start = process.cpuUsage();
  shorten([pieces, pieces.toReversed()]);
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1000).toBeLessThan(1_000);
});
