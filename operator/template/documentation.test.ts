import { beforeAll, describe, expect, it } from 'vitest';
import { withCommit } from '../argocd/commit-field.ts';
import { GITEE_LIMITS } from '../gitee/shapes.ts';
import { GITEE_ROOTS, rootsFor } from './check/family.ts';
import { BLOCKS } from './check/unknown.ts';
import { MAX_BODY_BYTES } from './go/compile.ts';
import { type Escape, MAX_JOINED, MAX_TEXT } from './go/defines.ts';
import { LOOP_PIECES } from './go/room.ts';
import { MAX_VALUE } from './go/statements.ts';
import { HELPERS } from './syntax/helpers.ts';
import { LIMITS } from './syntax/limits.ts';
import { parseTemplate } from './template.ts';
import {
  APPLICATION,
  COMMIT,
  CONTEXT,
  EXAMPLES,
  type Example,
  GITEE_EVENT,
  PAGE,
  SCOPE,
} from './testing/documentation.ts';
import { bodyOf, RenderingEngine } from './testing/engine.ts';
import { giteeTables } from './testing/gitee-tables.ts';
import { problemOf } from './testing/problem.ts';
import { renderReference } from './testing/reference.ts';

let engine: RenderingEngine;
beforeAll(async () => {
  engine = await RenderingEngine.start();
});

const named = (examples: readonly Example[]) =>
  examples.map((example) => [`${example.line}: ${example.source}`, example] as const);
const [refused, accepted] = [true, false].map((isRefused) =>
  EXAMPLES.filter(({ kind }) => (kind === 'refused') === isRefused),
) as [Example[], Example[]];

const thousands = (count: number): string => `${Math.floor(count / 1_000)} 000`;

const escapeOf = ({ kind }: Example): Escape =>
  kind === '' || kind === 'gitee' ? 'markdown' : (kind as Escape);

describe('docs/templates.md', () => {
  it('has no example without a result, and of every kind some', () => {
    expect(PAGE.match(/^```handlebars/gm)).toHaveLength(EXAMPLES.length);
    expect(PAGE.match(/^```text/gm)).toHaveLength(EXAMPLES.length);
    expect(new Set(EXAMPLES.map(({ kind }) => kind))).toEqual(
      new Set(['', 'plain', 'url', 'refused', 'gitee']),
    );
    expect(accepted.length).toBeGreaterThan(30);
    expect(refused.length).toBeGreaterThan(25);
  });

  it.each(named(accepted))('line %s', (_name, example) => {
    const parsed = parseTemplate(example.source, new Set(['owner']));
    if (!parsed.ok) throw new Error(parsed.problem.message);
    const body = bodyOf(['"', { template: parsed.template, escape: escapeOf(example) }, '"'], SCOPE);
    const isGitee = example.kind === 'gitee';
    const app = isGitee ? GITEE_EVENT : withCommit(APPLICATION, COMMIT);
    const printed = JSON.parse(engine.render(body, app, CONTEXT));
    // A fenced block shows no line break at the end.
    expect(printed.replace(/\n$/, '')).toBe(example.result.replace(/\n$/, ''));
    const data = isGitee ? { app, context: CONTEXT } : { app: APPLICATION, context: CONTEXT, commit: COMMIT };
    expect(renderReference(example.source, data, SCOPE, [escapeOf(example)])).toEqual([printed]);
  });

  it.each(named(refused))('line %s', (_name, { source, result }) => {
    const { message, line, column } = problemOf(source);
    expect(`line ${line}, column ${column}: ${message}.`).toBe(result);
  });

  it.each(Object.entries(HELPERS))('has the helper %s, and an example of it', (name, { usage }) => {
    const section = PAGE.split(/^##+ /m).find((each) => each.startsWith(`${name}\n`)) ?? '';
    expect(section).toContain(`\`${usage}\``);
    expect(section).toMatch(new RegExp(`\`\`\`handlebars\n[^]*[{(#]${name} [^]*\`\`\`text`));
  });

  it.each(rootsFor('argocd'))('has the name %s', (root) => {
    expect(PAGE).toMatch(new RegExp(`^\\| \`${root}\` \\|`, 'm'));
    expect(accepted.some(({ source }) => source.includes(root))).toBe(true);
  });

  it.each(GITEE_ROOTS)('has the name %s of Gitee', (root) => {
    expect(PAGE).toMatch(new RegExp(`^\\| \`${root}\` \\| .* \\| .* \\|$`, 'm'));
  });

  it('has every field of every event of Gitee', () => {
    const section = PAGE.split('\n## ').find((each) => each.startsWith('Events of Gitee\n')) ?? '';
    const tables = section.slice(section.indexOf('| field |'));
    const rowsIn = (text: string) => text.split('\n').filter((line) => line.startsWith('|'));
    expect(rowsIn(tables)).toEqual(rowsIn(giteeTables()));
    expect(section).toContain(
      `Lists have ${GITEE_LIMITS.items} items and texts ${GITEE_LIMITS.text} characters at most`,
    );
  });

  it.each(BLOCKS)('has the block #%s', (block) => {
    expect(PAGE).toContain(`\n### ${block}\n`);
    expect(accepted.some(({ source }) => source.includes(`{{#${block} `))).toBe(true);
  });

  it('has the limits as they are', () => {
    for (const row of [
      `| the source of one field | ${LIMITS.source} characters`,
      `| blocks in blocks, calls in calls | ${LIMITS.nesting} |`,
      `| loops in loops | ${LIMITS.loops} |`,
      `| texts, values and blocks of one field | ${LIMITS.nodes} |`,
      `| steps of a path, characters of a step | ${LIMITS.segments}, ${LIMITS.segment} |`,
      `| a text in quotes that a helper needs | ${LIMITS.literal} characters |`,
      `| a value | ${MAX_VALUE} characters`,
      `| a value that a helper works with | ${thousands(MAX_TEXT)} characters |`,
      `| \`join\` | ${MAX_JOINED} bytes |`,
      `| the whole message | ${thousands(MAX_BODY_BYTES)} bytes`,
      `| pieces that the loops of a message go through, printed or not | ${thousands(LOOP_PIECES)} pieces`,
    ])
      expect(PAGE).toContain(row);
  });

  it('lists nothing of Go that would be accepted', () => {
    const [, table = ''] = PAGE.split('| Go | here |\n| --- | --- |\n');
    const rows = table.split('\n').filter((row) => row.startsWith('| `'));
    expect(rows.length).toBeGreaterThan(10);
    const tags = rows.flatMap(
      (row) =>
        row
          .replaceAll('\\|', '¦')
          .split('|')[1]
          ?.match(/\{\{[^`]*\}\}/g) ?? [],
    );
    for (const tag of tags) expect(problemOf(tag.replaceAll('¦', '|')).message).toContain('is a Go template');
  });
});
