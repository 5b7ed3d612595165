import { describe, expect, it } from 'vitest';
import { LIMITS } from './syntax/limits.ts';
import { parseTemplate } from './template.ts';

const MOST_MS = 200;

/** As often as a source may hold it. */
const filled = (unit: string, before = '', after = ''): string => {
  const room = LIMITS.source - before.length - after.length;
  return before + unit.repeat(Math.floor(room / unit.length)) + after;
};
const half = (unit: string): string => unit.repeat(Math.floor(LIMITS.source / 2 / unit.length));

const SOURCES: Readonly<Record<string, string>> = {
  'blocks that do not end': filled('{{#if app.a}}'),
  'blocks in blocks': '{{#if app.a}}'.repeat(400) + '{{/if}}'.repeat(400),
  'blocks in lines': '{{#if app.a}}\n'.repeat(350) + '{{/if}}\n'.repeat(350),
  alternatives: filled('{{else if app.a}}', '{{#if app.a}}', '{{/if}}'),
  'calls that do not end': filled('(upper ', '{{upper '),
  'calls in calls': `{{upper ${'(a '.repeat(2_000)}${')'.repeat(2_000)}}}`,
  'calls in calls after quoted braces': `{{upper "}}" ${'(a '.repeat(2_000)}${')'.repeat(2_000)}}}`,
  'calls in calls after a bracket': `{{upper app.[}}] ${'(a '.repeat(2_000)}${')'.repeat(2_000)}}}`,
  'calls in calls after a comment': `{{!-- {{" --}}{{upper ${'(a '.repeat(2_000)}${')'.repeat(2_000)}}}`,
  'calls in calls after a backslash': `\\\\{{upper ${'(a '.repeat(2_000)}${')'.repeat(2_000)}}}`,
  parentheses: filled('(', '{{a '),
  braces: filled('{'),
  'opening braces': filled('{{ '),
  'closing braces': filled('}}'),
  quotes: filled('{{"'),
  'quotes in one tag': filled('" ', '{{'),
  'quotes with backslashes': filled('\\"', '{{"'),
  brackets: filled('[', '{{app.'),
  'brackets with backslashes': filled('\\]', '{{app.['),
  comments: filled('{{!--'),
  'escaped braces': filled('\\{{'),
  backslashes: filled('\\', '', '{{app.a}}'),
  words: filled('a ', '{{'),
  steps: filled('a.', '{{'),
  names: filled('a ', '{{#each app.a as |', '|}}{{/each}}'),
  'raw blocks': filled('{{{{a}}}}'),
  'named arguments': filled('a=1 ', '{{upper '),
  'values in lines': filled('\n{{app.a}}'),
  'a word': filled('a', '{{'),
  'white space': filled(' ', '{{', '}}'),
  text: half('{ ') + half('} '),
};

describe('whatever the source, it is read in no time:', () => {
  // The first reading compiles the parser.
  parseTemplate('{{#if app.a}}{{upper app.b}}{{/if}}', new Set());

  it.each(Object.entries(SOURCES))('%s', (_name, source) => {
    expect(source.length).toBeLessThanOrEqual(LIMITS.source);
    const start = process.cpuUsage();
    const parsed = parseTemplate(source, new Set());
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1000).toBeLessThan(MOST_MS);
    if (!parsed.ok) expect(parsed.problem.message.length).toBeLessThan(600);
  });
});
