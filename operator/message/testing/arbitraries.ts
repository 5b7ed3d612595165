import fc from 'fast-check';
import { parseTemplate } from '../../template/template.ts';
import { applications, texts } from '../../template/testing/arbitraries.ts';
import { templates } from '../../template/testing/random-template.ts';
import type { TypedMessage } from '../fields.ts';

/** Texts that need the most room, each of one kind of character; the bytes are those of JSON in UTF-8. */
const HEAVY = [
  'a',
  '"',
  '\\',
  '\u0000',
  '\u001f',
  '\u2028',
  '\n',
  '<',
  '@',
  ' @',
  '[',
  '#',
  '长',
  '😀',
  '&',
  '%',
  '{{',
];

/** A text of one character many times. */
const heavyTexts = (length: number): fc.Arbitrary<string> =>
  fc.constantFrom(...HEAVY).map((unit) => unit.repeat(Math.ceil(length / unit.length)));

/** How many items, and how long a text in each: an Application of etcd's greatest size is rare here as well. */
const SIZES = (
  [
    [9, 0, 0],
    [9, 2, 30_000],
    [9, 60, 1_000],
    [1, 5_000, 10],
  ] as const
).map(([weight, count, length]) => ({ weight, arbitrary: fc.constant([count, length] as const) }));

/** An Application with any fields, and lists that are long, deep or full of long texts. */
export const hostileApplications = fc
  .record({
    app: applications,
    sizes: fc.oneof(...SIZES),
    text: heavyTexts(5_000),
    odd: texts,
    unit: fc.constantFrom(...HEAVY),
  })
  .map(({ app, sizes: [count, length], text, odd, unit }): Record<string, unknown> => {
    const name = unit.repeat(Math.ceil(length / unit.length));
    const resources = Array.from({ length: count }, (_, index) => ({
      name,
      kind: odd,
      health: { status: index % 2 === 0 ? 'Healthy' : 'Degraded' },
      images: [name, odd, index],
    }));
    return {
      ...app,
      metadata: {
        namespace: 'argocd',
        name: 'guestbook',
        annotations: { 'a.b/c': text, [odd || 'x']: name },
      },
      spec: { source: { repoURL: odd }, sources: [{ repoURL: text }] },
      status: {
        resources,
        conditions: resources,
        operationState: { message: text },
        byName: Object.fromEntries(resources.map((each, index) => [`k${index}`, each])),
      },
    };
  });

/** Sources that print as much as they can. */
const GREEDY = [
  '{{app.status}}',
  '{{app.status.operationState.message}}'.repeat(5),
  '{{replace app.status.operationState.message "a" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}',
  '{{#each app.status.resources as |r|}}{{r.name}}{{/each}}',
  '{{#each app.status.resources as |r|}}- {{r.kind}} {{r.name}}{{#if r.health}} is {{r.health.status}}{{/if}}\n{{/each}}',
  '{{#each app.status.resources as |r|}}{{#each r.images as |i|}}{{i}} {{/each}}{{/each}}',
  '{{#each app.status.resources as |r|}}{{#each app.status.conditions as |c|}}x{{/each}}{{/each}}',
  '{{#each app.status.resources as |r|}}{{#each app.status.conditions as |c|}}{{#if c.nothing}}x{{/if}}{{/each}}{{/each}}',
  '{{#each app.status.byName as |r key|}}{{key}}{{truncate r.name 5000}}{{/each}}',
  '{{join app.status.resources "----------------------------------------"}}',
  '{{urlencode app.status.operationState.message}}{{concat app.status app.status app.status}}',
  '{{#each app.status.resources as |r|}}{{appUrl}} {{/each}}',
];

const PARAMS: ReadonlySet<string> = new Set(['owner']);

/** No author mentions anybody or writes Markdown here, so all of it comes from the data. */
const tame = (source: string): string =>
  source.replace(/@(?!(?:index|key|first|last)\b)/g, 'a').replaceAll('markdown ', 'lower ');

const sources = (
  data: { app: unknown; context: unknown; params: unknown },
  max: number,
): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof(templates(data).map(tame), fc.constantFrom(...GREEDY)), { minLength: 1, maxLength: 4 })
    .map((parts) => {
      const fits = (source: string) => source.length <= max && parseTemplate(source, PARAMS).ok;
      return [parts.join(' '), ...parts].find(fits) || 'x';
    });

/** URLs that readMessage accepts: each has a value for every Application. */
const urls = fc.constantFrom(
  '{{appUrl}}',
  'https://example.com/{{urlencode app.status.operationState.message}}',
  '{{default app.spec.source.repoURL appUrl}}',
  'dingtalk://dingtalkclient/page/link?url={{app.status}}',
  'https://example.com/{{#if params.owner}}{{params.owner}}{{else}}none{{/if}}',
  '{{#if params.owner}}https://example.com/{{else}}{{appUrl}}{{/if}}',
  'https://example.com/?{{#each app.status.resources as |r|}}{{r.name}}&{{/each}}',
);

/** Messages of all kinds, with templates as the CRD lets them be. */
export function messages(data: {
  app: unknown;
  context: unknown;
  params: unknown;
}): fc.Arbitrary<TypedMessage> {
  const long = sources(data, 8_192);
  const title = sources(data, 256);
  const button = fc.record({ title: sources(data, 128), url: urls });
  const entry = fc.record({ title, url: urls, pictureUrl: urls });
  const orientation = fc.constantFrom('Vertical' as const, 'Horizontal' as const);
  return fc.oneof(
    fc.record({ markdown: fc.record({ title, text: long }) }),
    fc.record({ text: fc.record({ content: long }) }),
    fc.record({ link: fc.record({ title, text: sources(data, 2_048), url: urls, pictureUrl: urls }) }),
    fc.record({
      actionCard: fc.record({
        title,
        text: long,
        orientation,
        buttons: fc.array(button, { minLength: 1, maxLength: 5 }),
      }),
    }),
    fc.record({ feedCard: fc.record({ links: fc.array(entry, { minLength: 1, maxLength: 10 }) }) }),
  );
}

/** The params of a message. */
export const params = fc.record({ owner: fc.oneof(texts, heavyTexts(512)) });

/** Security keywords of a robot. */
export const keywords = fc.uniqueArray(fc.constantFrom('Argo', '发布', 'a"b', '\\', 'guestbook', '{{x}}'), {
  maxLength: 3,
});

/** The people that a message mentions. */
export const mentions = fc.record(
  {
    mobiles: fc.uniqueArray(fc.constantFrom('13800000000', '+852-12345678', '13900000000'), { maxLength: 3 }),
    userIds: fc.uniqueArray(fc.constantFrom('manager1', 'a.b-c', 'u_2'), { maxLength: 3 }),
    all: fc.boolean(),
  },
  { requiredKeys: [] },
);
