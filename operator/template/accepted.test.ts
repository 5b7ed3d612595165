import { describe, expect, it } from 'vitest';
import type { Node } from './syntax/nodes.ts';
import { parseTemplate } from './template.ts';

const nodesOf = (source: string): readonly Node[] => {
  const parsed = parseTemplate(source, new Set(['owner']));
  if (!parsed.ok) throw new Error(parsed.problem.message);
  return parsed.template.nodes;
};

describe('near the border, but within the language:', () => {
  it.each([
    '{{join app.a " | "}}',
    '{{replace app.a "|" "{{"}}',
    '{{replace app.a "}}" "{"}}',
    '{{default app.a "it is \\"quoted\\""}}',
    '{{default app.a \'say "x"\'}}',
    '{{#if app.a}}a{{else if app.b}}b{{else}}c{{/if}}',
    '{{#if app.a}}a{{else unless app.b}}b{{/if}}',
    '{{#if app.a}}a{{else each app.b as |b|}}{{b.c}}{{/if}}',
    '{{#unless app.a}}a{{^}}b{{/unless}}',
    '{{^if app.a}}b{{/if}}',
    '{{#each app.a as |item key|}}{{item.name}}{{key}}{{@index}}{{@key}}{{@first}}{{@last}}{{else}}none{{/each}}',
    '{{#each app.a as | item |}}{{item}}{{/each}}',
    '{{#each app.a as |a|}}{{#each a.b as |b|}}{{#with b.c as |c|}}{{c.d}}{{a.e}}{{/with}}{{/each}}{{/each}}',
    '{{#with (at app.spec.sources 0) as |source|}}{{source.repoURL}}{{/with}}',
    '{{#if app.a includeZero=true}}b{{/if}}',
    '{{! a }}{{!-- {{app.a}} }} --}}{{~! c ~}}',
    '{{~app.a~}}  {{~#if app.b~}} x {{~else~}} y {{~/if~}}',
    '{{app.metadata.annotations.[notifications.argoproj.io/x]}}',
    '{{app.metadata.labels.[app.kubernetes.io/part-of]}}',
    '{{commit.author}}{{date commit.date "MM-DD"}}{{#with commit.message as |m|}}{{m}}{{/with}}',
    '{{app.x-y}}{{app.键}}{{app.[a b]}}{{app.[then]}}',
    '{{event.name}}{{params.owner}}{{push.branch}}{{#each push.commits as |c|}}{{c.author.name}}{{/each}}',
    // Names that were free before Gitee's were names.
    '{{#each app.a as |push|}}{{push.x}}{{#with app.b as |issue|}}{{issue.y}}{{/with}}{{/each}}',
    '{{upper (default app.a (concat "x" params.owner event.name event.trigger appUrl))}}',
    '((((((((((((((((((((((((((((((((((((((((((((((((((((',
    '{{replace app.a "((((((((((((((((((((((((((((((((((((" ")"}}',
    'a } b }} c { d {e} $(f) $x | .y',
    '\\{{app.a}}',
    '',
  ])('%s', (source) => {
    expect(parseTemplate(source, new Set(['owner']))).toMatchObject({ ok: true });
  });

  it('braces after a backslash are text', () => {
    expect(nodesOf('a \\{{app.b}} {{!-- c --}}d')).toEqual([{ kind: 'text', text: 'a {{app.b}} d' }]);
  });

  it('two backslashes are one in front of a value', () => {
    expect(nodesOf('\\\\{{app.b}}')).toMatchObject([{ kind: 'text', text: '\\' }, { kind: 'print' }]);
  });

  it('a block may call its value commit, as in the first release, and the name hides the commit inside of it', () => {
    const source = '{{#each app.status.history as |commit|}}{{commit.id}}{{/each}}{{commit.author}}';
    expect(nodesOf(source)).toMatchObject([
      { kind: 'each', body: [{ kind: 'print', value: { kind: 'bound', segments: ['id'] } }] },
      { kind: 'print', value: { kind: 'data', root: 'commit', segments: ['author'] } },
    ]);
  });

  it('a tag on a line of its own takes the line with it', () => {
    expect(nodesOf('a\n  {{#if app.b}}\nc\n  {{/if}}\nd')).toMatchObject([
      { kind: 'text', text: 'a\n' },
      { kind: 'if', body: [{ kind: 'text', text: 'c\n' }] },
      { kind: 'text', text: 'd' },
    ]);
  });
});
