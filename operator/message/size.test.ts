import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Mentions } from '../api/types.generated.ts';
import { MAX_BODY_BYTES } from '../template/go/compile.ts';
import { contexts } from '../template/testing/arbitraries.ts';
import { RenderingEngine } from '../template/testing/engine.ts';
import { canMention, kindOf, type MessageKind, type TypedMessage } from './fields.ts';
import { hostileApplications, keywords, mentions, messages, params } from './testing/arbitraries.ts';
import { made, urlsOf } from './testing/made.ts';

const RUNS = Number(process.env.MESSAGE_RUNS ?? 200);
const SEED = Number(process.env.MESSAGE_SEED ?? Date.now() % 2 ** 31);

let engine: RenderingEngine;
beforeAll(async () => {
  engine = await RenderingEngine.start();
});

interface Case {
  readonly app: Record<string, unknown>;
  readonly context: Readonly<Record<string, string>>;
  readonly params: { readonly owner: string };
  /** The event's own values. */
  readonly own: { readonly owner?: string };
  readonly message: TypedMessage;
  readonly keywords: readonly string[];
  readonly at: Mentions;
}

/** The engine reads no longer request, and an API server stores no object of a tenth of this size. */
const MAX_APPLICATION = 10 * 2 ** 20;
const isStorable = (app: object): boolean => JSON.stringify(app).length < MAX_APPLICATION;

const cases = fc
  .record({ app: hostileApplications.filter(isStorable), context: contexts, params })
  .chain((data) =>
    fc.record({
      app: fc.constant(data.app),
      context: fc.constant(data.context),
      params: fc.constant(data.params),
      own: fc.oneof(fc.constant({}), params, fc.constantFrom({ owner: '' }, { owner: 'https://a.b/c d' })),
      message: messages(data),
      keywords,
      at: mentions,
    }),
  );

type Links = readonly Readonly<Record<string, string>>[];
type Content = Readonly<Record<string, string>> & { readonly btns?: Links; readonly links?: Links };

/** The fields without which DingTalk refuses a message. */
function required(kind: MessageKind, content: Content): (string | undefined)[] {
  const buttons = content.btns?.flatMap(({ title, actionURL }) => [title, actionURL]);
  const links = content.links?.flatMap(({ title, messageURL, picURL }) => [title, messageURL, picURL]);
  return {
    markdown: [content.title, content.text],
    text: [content.content],
    link: [content.title, content.text, content.messageUrl],
    actionCard: [content.title, content.text, ...(buttons ?? [content.singleTitle, content.singleURL])],
    feedCard: links ?? [undefined],
  }[kind];
}

/** The fields that people read. */
const readable = (content: Content): string[] =>
  [content.text ?? content.content ?? [], content.links?.map(({ title }) => title ?? '') ?? []].flat();

/** How many bytes the body has; undefined if its fixed text is too long for one, or the event spoils a URL. */
function check(given: Case): number | undefined {
  const kind = kindOf(given.message);
  const at = canMention(kind) ? given.at : {};
  const { message, params: values, own, keywords: words, app, context } = given;
  const compiled = made({
    message,
    params: values,
    scope: { params: { ...values, ...own } },
    demands: { keywords: words, at },
  });
  if (!compiled.ok) return undefined;
  const body = engine.render(compiled.body, app, context);
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_BODY_BYTES);
  const parsed = JSON.parse(body);
  const content = parsed[kind] as Content;
  expect(parsed.msgtype).toBe(kind);
  for (const field of required(kind, content)) expect(field?.trim()).toMatch(/./su);
  for (const url of urlsOf(content)) expect(url).toMatch(/^[!-~…]+$/);
  const { mobiles = [], userIds = [], all = false } = at;
  const people = [...mobiles, ...userIds];
  const isAsked = people.length > 0 || all;
  expect(parsed.at).toEqual(isAsked ? { atMobiles: mobiles, atUserIds: userIds, isAtAll: all } : undefined);
  const text = readable(content).join('\n');
  for (const name of people) expect(text).toContain(`@${name}`);
  if (words.length > 0) expect(words.filter((keyword) => text.includes(keyword))).not.toEqual([]);
  const others = people.reduce((rest, name) => rest.replaceAll(`@${name}`, ''), text);
  // An address such as git@example.com mentions nobody.
  expect(others).not.toMatch(/(^|[^\w.+-])@/);
  return Buffer.byteLength(body);
}

describe('the body of a message, whatever the Application', () => {
  it(`is valid, whole and short enough, in ${RUNS} random cases`, { timeout: 300_000 }, () => {
    process.stdout.write(`messages: MESSAGE_SEED=${SEED} MESSAGE_RUNS=${RUNS} repeats these\n`);
    const sizes: number[] = [];
    const property = fc.property(cases, (given) => {
      sizes.push(check(given) ?? 0);
    });
    // Nothing here shrinks or reads an Application of 5000 resources.
    const outcome = fc.check(property, { numRuns: RUNS, seed: SEED, endOnFailure: true });
    const { message, keywords: words, at } = outcome.counterexample?.[0] ?? {};
    expect(outcome.errorInstance, JSON.stringify({ message, words, at })).toBeNull();
    const full = sizes.filter((bytes) => bytes > MAX_BODY_BYTES * 0.9).length;
    const refused = sizes.filter((bytes) => bytes === 0).length;
    process.stdout.write(`messages: ${full} of ${RUNS} were nearly full, ${refused} refused\n`);
    // Data that fills no message would say nothing about its size.
    expect(full).toBeGreaterThanOrEqual(Math.floor(RUNS / 50));
    expect(refused).toBeLessThan(RUNS / 2);
  });
});
