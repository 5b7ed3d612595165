import { describe } from 'vitest';
import { LIMITS } from './syntax/limits.ts';
import { refuses } from './testing/refuses.ts';

describe('what Handlebars has and this language has not:', () => {
  refuses([
    ['x{{{app.a}}}', '1:2', '{{markdown VALUE}} for a value that is Markdown itself'],
    ['{{&app.a}}', '1:1', 'with two braces'],
    ['{{> foo}}', '1:1', 'no partials'],
    ['{{#> foo}}x{{/foo}}', '1:1', 'no partials'],
    ['{{* foo}}', '1:1', 'no decorators'],
    ['{{#*inline "x"}}x{{/inline}}', '1:1', 'no decorators'],
    ['\n{{{{raw}}}} {{x}} {{{{/raw}}}}', '2:1', 'no raw blocks ({{{{…}}}}): write \\{{'],
    ['{{{{if app.a}}}}x{{{{/if}}}}', '1:1', 'no raw blocks'],
    [
      '{{#foo}}x{{/foo}}',
      '1:1',
      'Write {{#if foo}}, {{#unless foo}}, {{#with foo as |value|}} or {{#each foo as |item|}}',
    ],
    ['{{#app.spec.source}}x{{/app.spec.source}}', '1:1', '{{#with app.spec.source as |value|}}'],
    ['{{^app.a}}x{{/app.a}}', '1:1', '{{#unless app.a}}'],
    ['{{#ech app.a as |x|}}{{/ech}}', '1:1', 'Did you mean #each?'],
    ['{{#upper app.a}}x{{/upper}}', '1:1', 'upper is a helper, not a block: {{upper VALUE}}'],
    ['{{@root.app.a}}', '1:3', '@root is not needed'],
    ['{{#each app.a as |x|}}{{../app.b}}{{/each}}', '1:25', '../app.b is relative'],
    [
      '{{#each app.a as |x|}}{{this}}{{/each}}',
      '1:25',
      'name the item, {{#each app.spec.sources as |source|}}',
    ],
    ['{{this.a}}', '1:3', 'this.a is relative'],
    ['{{./a}}', '1:3', './a is relative'],
    ['{{.}}', '1:3', '. is relative'],
    ['{{app.a/../b}}', '1:3', 'are not allowed in a path'],
    ['{{#if (eq app.a.this "b")}}{{/if}}', '1:11', 'are not allowed in a path'],
    ['{{#each app.a as |x|}}{{@../index}}{{/each}}', '1:25', 'there are @index, @key, @first and @last'],
    ['{{@index}}', '1:3', 'only available inside #each'],
    ['{{@level}}', '1:3', 'there is no @level'],
    ['{{lookup app.a "b"}}', '1:3', 'write a path for a field'],
    ['{{log "a"}}', '1:3', 'a template cannot write to a log'],
    ['{{if app.a}}', '1:1', 'is a Go template'],
    ['{{if}}', '1:3', 'a block begins with #: {{#if …}} … {{/if}}'],
    ['{{"x"}}', '1:3', 'fixed text needs no braces'],
    ['{{5}}', '1:3', 'fixed text needs no braces'],
    ['{{null}}', '1:3', 'null and undefined print nothing'],
    ['{{upper null}}', '1:9', 'null and undefined are not values here'],
    ['{{"x" app.a}}', '1:3', 'a text or number takes no arguments'],
  ]);
});

describe('a path', () => {
  refuses([
    ['{{app}}', '1:3', 'app alone is not a value: name one of its fields, such as app.metadata.name'],
    ['{{context}}', '1:3', 'such as context.argocdUrl'],
    ['{{params}}', '1:3', 'such as params.NAME'],
    ['{{event}}', '1:3', 'write {{event.name}}'],
    ['{{event.time}}', '1:3', 'event has name and trigger'],
    ['{{event.name.x}}', '1:3', 'event has name and trigger'],
    ['{{appUrl.host}}', '1:3', 'write {{appUrl}}'],
    ['{{metadata.name}}', '1:3', 'fields of the Application begin with app: app.metadata'],
    ['{{name}}', '1:3', 'app.metadata.name'],
    ['{{ap.metadata.name}}', '1:3', 'Did you mean app?'],
    [
      '{{secrets.token}}',
      '1:3',
      'nothing is called secrets here. There are app, context, params, event, appUrl',
    ],
    ['{{#each app.a as |condition|}}{{conditon.type}}{{/each}}', '1:33', 'Did you mean condition?'],
    ['{{#with app.a as |a|}}{{/with}}{{a.b}}', '1:34', 'nothing is called a here'],
    ['{{#with app.a as |a|}}{{else}}{{a.b}}{{/with}}', '1:33', 'nothing is called a here'],
    ['{{params.team}}', '1:3', 'spec.params has no team; it has owner. Add the name there'],
    ['{{params.owner.name}}', '1:3', 'spec.params has no owner.name'],
    ['{{app.items.[0]}}', '1:3', 'write (at LIST 0) for one item of a list'],
    ['{{app.items.length}}', '1:3', 'write (count LIST)'],
    ['{{app.__proto__.a}}', '1:3', 'no field may have the name __proto__'],
    ['{{app.constructor}}', '1:3', 'no field may have the name constructor'],
    ['{{app.a.[prototype]}}', '1:3', 'no field may have the name prototype'],
    ['{{app.a.[this]}}', '1:3', '"this" at the end of a word'],
    ['{{app.[].a}}', '1:3', 'a step of the path is empty'],
    ['{{app.metadata.annotations.a.b/c}}', '1:3', 'write a key with / in brackets'],
    [
      `{{app.${'a.'.repeat(LIMITS.segments - 1)}a}}`,
      '1:3',
      `has 17 steps, and at most ${LIMITS.segments} are allowed`,
    ],
    [`{{app.${'a'.repeat(LIMITS.segment + 1)}}}`, '1:3', `longer than ${LIMITS.segment} characters`],
  ]);
});

describe('a name of Gitee', () => {
  refuses([
    ['{{push}}', '1:3', 'push alone is not a value: name one of its fields, such as push.branch'],
    ['{{push.brnach}}', '1:3', 'push has no field brnach. Did you mean branch? There are action, branch'],
    ['{{issue.user.mail}}', '1:3', 'issue.user has no field mail. There are name, login, html_url'],
    ['{{push.branch.name}}', '1:3', 'push.branch has no fields: write {{push.branch}}'],
    ['{{push.commits.id}}', '1:3', 'push.commits is a list: write {{#each push.commits as |item|}}'],
    ['{{issue.constructor}}', '1:3', 'no field may have the name constructor'],
    ['{{issue.toString}}', '1:3', 'issue has no field toString'],
    ['{{puhs.branch}}', '1:3', 'Did you mean push?'],
    ['{{pull_request.title}}', '1:3', 'Did you mean pullRequest?'],
    ['{{project.name}}', '1:3', 'for events of Gitee there are push, tag, issue'],
    [
      '{{push.branch}} {{nope.a}}',
      '1:19',
      'There are push, tag, issue, pullRequest, note, repository, sender, params',
    ],
    [
      '{{push.branch}}\n{{app.metadata.name}}',
      '2:3',
      'app reads events of Argo CD, and this message already reads events of Gitee',
    ],
    ['{{sender.name}} {{#if appUrl}}x{{/if}}', '1:23', 'appUrl reads events of Argo CD'],
    [
      '{{context.a}}{{#each push.commits as |commit|}}x{{/each}}',
      '1:22',
      'push reads events of Gitee, and this message already reads events of Argo CD',
    ],
  ]);
});

describe('a helper', () => {
  refuses([
    ['{{uper app.a}}', '1:3', 'Did you mean upper?'],
    ['{{eq (uper app.a) "x"}}', '1:7', 'Did you mean upper?'],
    ['{{toUpper app.a}}', '1:3', 'there is no helper toUpper. There are default, upper'],
    ['{{json app.a}}', '1:3', 'lists and maps are printed as JSON without a helper'],
    ['{{upper}}', '1:1', 'upper takes 1 argument, not 0: {{upper VALUE}}'],
    ['{{upper (upper)}}', '1:9', 'upper takes 1 argument, not 0'],
    ['{{default app.a}}', '1:1', 'default takes 2 to 4 arguments, not 1: {{default VALUE OTHER}}'],
    ['{{date app.a "YYYY" "UTC" "x"}}', '1:1', 'date takes 2 to 3 arguments, not 4'],
    ['{{upper app.a first=true}}', '1:15', 'upper takes no named arguments: {{upper VALUE}}'],
    ['{{upper (app.a)}}', '1:10', 'app.a is a value and takes no arguments: remove the parentheses'],
    ['{{app.a "b"}}', '1:3', 'begin with the name of a helper, such as {{default app.a "text"}}'],
    ['{{truncate app.a "5"}}', '1:18', 'a number from 1 to 5000: {{truncate VALUE 300}}'],
    ['{{truncate app.a 0}}', '1:18', 'a number from 1 to 5000'],
    ['{{truncate app.a 1.5}}', '1:18', 'must be a whole number'],
    ['{{replace app.a "" "b"}}', '1:17', 'a text in quotes, of 1 to 256 characters'],
    ['{{replace app.a app.b "c"}}', '1:17', 'a text in quotes'],
    [
      `{{join app.a "${'x'.repeat(LIMITS.literal + 1)}"}}`,
      '1:14',
      'a text in quotes, of 256 characters at most',
    ],
    [
      '{{join "a" ","}}',
      '1:8',
      'a field such as app.status.conditions or push.commits, or a named item: {{join LIST ", "}}',
    ],
    ['{{count params.owner}}', '1:9', 'a field such as app.status.conditions'],
    ['{{at app.a "0"}}', '1:12', 'a place in the list: 0 is the first: {{at LIST 0}}'],
    ['{{at app.a -1}}', '1:12', 'a place in the list'],
    ['{{date app.a "yyyy-MM-dd"}}', '1:14', 'YYYY, MM, DD, HH, mm and ss'],
    ['{{date app.a "YYYY" "Asia/Nowhere"}}', '1:21', 'an IANA name such as "Asia/Shanghai"'],
    ['{{date app.a "YYYY" "+08:00"}}', '1:21', 'an IANA name'],
    ['{{upper (markdown app.a)}}', '1:9', 'markdown can only be printed'],
  ]);
});

describe('a block', () => {
  const loops = '{{#each app.a as |a|}}{{#each a.b as |b|}}\n{{#each b.c as |c|}}{{/each}}{{/each}}{{/each}}';
  const nested = (count: number) => '{{#if app.a}}'.repeat(count) + '{{/if}}'.repeat(count);
  const calls = (count: number) => `{{${'upper ('.repeat(count)}upper app.a${')'.repeat(count)}}}`;
  refuses([
    ['{{#if}}x{{/if}}', '1:1', '#if takes one value'],
    ['{{#if eq app.a "b"}}x{{/if}}', '1:1', 'into parentheses: {{#if (eq VALUE "text")}}'],
    [
      '{{#if app.a other=1}}{{/if}}',
      '1:13',
      'the only named argument of #if and #unless is includeZero=true',
    ],
    [
      '{{#if app.a includeZero=1}}{{/if}}',
      '1:13',
      'the only named argument of #if and #unless is includeZero=true',
    ],
    ['{{#if app.a as |a|}}{{/if}}', '1:1', 'remove "as |…|"'],
    ['{{#each app.a}}{{/each}}', '1:1', 'name the value: {{#each app.status.conditions as |condition|}}'],
    ['{{#with app.a}}{{/with}}', '1:1', 'name the value: {{#with app.status.operationState as |operation|}}'],
    ['{{#each app.a as |upper|}}{{/each}}', '1:1', 'upper already has a meaning: choose another name'],
    ['{{#each app.a as |context|}}{{/each}}', '1:1', 'context already has a meaning'],
    ['{{#each app.a as |if|}}{{/each}}', '1:1', 'if already has a meaning'],
    ['{{#each app.a as |a-b|}}{{/each}}', '1:1', 'a-b is not a plain word'],
    ['{{#each app.a as |a a|}}{{/each}}', '1:1', 'a appears twice between the bars'],
    ['{{#each app.a as |a b c|}}{{/each}}', '1:1', '#each names the item and its key: |item key|'],
    ['{{#with app.a as |a b|}}{{/with}}', '1:1', '#with names the value: |value|'],
    [
      '{{#each app.a as |a|}}{{/each}}{{#each app.b sort=1 as |b|}}{{/each}}',
      '1:46',
      '#each takes no named arguments',
    ],
    [
      '{{#each "x" as |y|}}{{/each}}',
      '1:9',
      'the value of #each must be a field such as app.status.conditions or push.commits, or a named item',
    ],
    ['{{#with (concat app.a) as |y|}}{{/with}}', '1:9', 'the value of #with must be a field'],
    ['{{#if app.a}}{{uper app.a}}{{else}}{{lowr app.a}}{{/if}}', '1:16', 'Did you mean upper?'],
    [loops, '2:1', '#each may be nested in one other #each, but no deeper'],
    [nested(LIMITS.nesting + 1), '1:209', 'blocks may be nested 16 deep at most'],
    [calls(LIMITS.nesting + 1), '1:1', 'the parentheses are nested 17 deep, and at most 16 are allowed'],
    [calls(LIMITS.nesting), '1:114', 'calls may be nested 16 deep at most'],
    ['{{app.a}}'.repeat(LIMITS.nodes / 2 + 1), '1:4501', 'more than 1000 texts, values and blocks'],
    ['x'.repeat(LIMITS.source + 1), '1:1', 'the template has 8193 characters, and at most 8192 are allowed'],
  ]);
});
