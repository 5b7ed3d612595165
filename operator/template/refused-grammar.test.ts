import { describe } from 'vitest';
import { refuses } from './testing/refuses.ts';

describe('what has no end is told where it begins:', () => {
  refuses([
    ['{{', '1:1', 'these braces are not closed'],
    ['{{app.metadata.name', '1:1', 'these braces are not closed: write }}'],
    ['a\n  {{app.metadata.name}\n{{app.kind}}', '2:3', 'these braces are not closed: write }}'],
    ['{{app.metadata.name {{app.kind}}', '1:1', 'these braces are not closed'],
    ['{{app.kind}}\r\n{{upper "b}}', '2:9', 'the text in quotes is not closed: write "'],
    ["{{upper 'b}}", '1:9', "the text in quotes is not closed: write '"],
    ['{{app.[a}}', '1:7', 'the bracket is not closed: write app.metadata.annotations.[a.b/c]'],
    ['x {{!-- y }} z', '1:3', 'this comment is not closed: write }} at its end, or --}}'],
    ['{{! x', '1:1', 'this comment is not closed'],
    ['a\n{{#if app.x}}', '2:1', '{{#if}} is not closed: write {{/if}}'],
    ['{{#if app.a}}\n {{~#with app.b as |b|}}{{/with}}', '1:1', '{{#if}} is not closed'],
    ['{{#if app.a}}\n {{#with app.b as |b|}}', '2:2', '{{#with}} is not closed'],
    ['{{#if app.a}}{{#each app.y as |z|}}{{/if}}', '1:17', '{{/if}} comes first: close the inner block'],
    ['{{#if app.a}}{{/each}}', '1:4', '{{#if}} ends with {{/if}}'],
    ['{{#if app.a}}{{#else}}b{{/if}}', '1:17', '{{#else}} ends with {{/else}}'],
    ['{{#else}}', '1:1', 'write {{else}} without #'],
  ]);
});

describe('what stands in the wrong place is told there:', () => {
  refuses([
    ['text\n {{/if}}', '2:2', 'this tag ends a block that was never opened'],
    ['{{else}}', '1:1', '{{else}} must be inside a block'],
    ['{{else if app.a}}', '1:1', '{{else if …}} must be inside a block'],
    [
      '{{#if app.a}}long enough{{else}}long enough{{else}}z{{/if}}',
      '1:44',
      '{{else}} must be inside a block, only once',
    ],
    ['{{}}', '1:3', 'an expression is incomplete before }}'],
    ['{{#}}', '1:4', 'an expression is incomplete before }}'],
    ['{{app.a b)}}', '1:10', 'the parenthesis ) has no ( before it'],
    ['{{(upper app.a)}}', '1:3', 'in parentheses only inside another'],
    ['{{upper(app.a)}}', '1:8', 'write a helper before its arguments, {{upper VALUE}}'],
    ['{{#if (eq(app.a) "x")}}{{/if}}', '1:10', 'write a helper before its arguments'],
    ['{{upper "a" , "b"}}', '1:13', 'separate arguments by spaces'],
    ['{{ | }}', '1:4', '| may only enclose names'],
    ['{{#each app.a as |b}}{{/each}}', '1:20', 'write names between two bars'],
    ['{{#each app.a as ||}}{{/each}}', '1:19', 'write names between two bars'],
    ['{{app.x.*}}', '1:9', '* is not allowed here: write paths as app.metadata.name'],
    ['{{#^foo}}{{/foo}}', '1:4', '^ is not allowed here'],
    ['{{upper 😀}} {{upper %}}', '1:22', '% is not allowed here'],
    ['{{{app.a}}', '1:9', 'write {{…}} with two braces'],
    ['{{{{raw}}}} x', '1:12', 'there are no raw blocks'],
    ['\n  {{!-- 1 --}} {{!-- 2 --}} {{app.a,}}', '2:36', 'separate arguments by spaces'],
    ['a\ud800b', '1:2', 'half a character'],
    ['a\n\udc00', '2:1', 'half a character'],
    ['a\n\u0000{{app.a}}', '2:1', 'NUL'],
  ]);
});

describe('what other languages write is translated:', () => {
  refuses([
    ['{{#if app.status.health.status == "Degraded"}}x{{/if}}', '1:32', '{{#if (eq VALUE "text")}}'],
    ['{{app.a=b}}', '1:8', '{{#if (eq VALUE "text")}}'],
    ['{{#if !app.a}}{{/if}}', '1:7', '(not VALUE), or with a block, {{#unless VALUE}}'],
    ['{{#if app.a && app.b}}x{{/if}}', '1:13', '(and VALUE VALUE)'],
    ['{{app.a || "b"}}', '1:9', '(default VALUE OTHER)'],
    ['{{app.a ?? "b"}}', '1:3', '{{default app.a "text"}}'],
    ['{{#if app.a > 5}}x{{/if}}', '1:13', 'the operators < and > are not available'],
    ['{{app.metadata.annotations["a.b/c"]}}', '1:27', 'in brackets after a dot'],
    ['{{app.spec.sources[0.repoURL}}', '1:19', 'the bracket is not closed'],
    ['{{app.spec.sources[0].repoURL}}', '1:19', '(at LIST 0)'],
    ['{{app.spec.sources.0.repoURL}}', '1:3', '(at LIST 0)'],
    ['{{#if app.a}}a{{elseif app.b}}b{{/if}}', '1:17', 'write {{else if VALUE}}'],
    ['{{elseif}}', '1:3', 'write {{else if VALUE}}'],
    ['{{#if app.a}}a{{else if}}b{{/if}}', '1:15', '#if takes one value'],
  ]);
});
