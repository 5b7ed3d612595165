import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { type BodyMessage, compileBody, messageAtLine, selector } from './go/compile.ts';
import { parseTemplate } from './template.ts';
import { applications, contexts } from './testing/arbitraries.ts';
import { RenderingEngine } from './testing/engine.ts';
import { templates } from './testing/random-template.ts';

const SEED = Number(process.env.TEMPLATE_SEED ?? Date.now() % 2 ** 31);
const NO_SCOPE = { argocdUrl: 'https://cd.example.com', timeZone: 'Asia/Shanghai' };

let engine: RenderingEngine;
beforeAll(async () => {
  engine = await RenderingEngine.start();
});

const cases = fc
  .record({ app: applications, context: contexts, params: fc.constant({ owner: 'payments' }) })
  .chain((data) =>
    fc.record({
      data: fc.constant(data),
      sources: fc.array(templates(data), { minLength: 4, maxLength: 4, size: 'max' }),
    }),
  );

const messageOf = (source: string, index: number): BodyMessage[] => {
  const parsed = parseTemplate(source, new Set(['owner']));
  if (!parsed.ok) return [];
  const scope = {
    ...NO_SCOPE,
    params: { owner: `owner ${index}` },
    event: { name: `e${index}`, trigger: '' },
  };
  return [{ parts: ['{"text":"', { template: parsed.template, escape: 'markdown' }, '"}'], scope }];
};

it('several messages in one body print what each prints alone', { timeout: 120_000 }, () => {
  process.stdout.write(`together: TEMPLATE_SEED=${SEED} repeats these\n`);
  const seen = { messages: 0, shared: 0 };
  const property = fc.property(cases, ({ data: { app, context }, sources: [a, b, c, d] }) => {
    // Messages have parts in common: whole messages, and the ends of others.
    const sources = [a, b, `${c}\n${b}`, `${d}\n${a}\n${b}`, `${a}\n${c}`].map((source) => `${source}`);
    const messages = sources.flatMap(messageOf);
    if (messages.length === 0) return;
    const body = compileBody(messages);
    for (const [place, message] of messages.entries()) {
      const together = engine.render(messages.length === 1 ? body : selector(place) + body, app, context);
      expect(together).toBe(engine.render(compileBody([message]), app, context));
    }
    seen.messages += messages.length;
    if (body.includes('{{define `A`}}')) seen.shared += 1;
  });
  fc.assert(property, { numRuns: 100, seed: SEED });
  expect(seen.messages).toBeGreaterThan(200);
  expect(seen.shared).toBeGreaterThan(20);
});

it('an error tells by its line which message it is in', () => {
  const message = (text: string): BodyMessage => ({
    parts: [text],
    scope: { ...NO_SCOPE, params: {}, event: { name: 'e', trigger: '' } },
  });
  const lineOf = (body: string): number => {
    try {
      engine.render(body, {});
    } catch (error) {
      return Number(/template: \w+:(\d+)/.exec(`${error}`)?.[1]);
    }
    throw new Error('the engine takes it');
  };
  for (const place of [0, 1, 2]) {
    const texts = ['one', 'two', 'three'].map((text, index) =>
      index === place ? `${text}{{nonsense}}` : text,
    );
    expect(messageAtLine(lineOf(compileBody(texts.map(message))))).toBe(place);
  }
  expect(messageAtLine(lineOf(`{{nonsense}}${compileBody(['one', 'two'].map(message))}`))).toBeUndefined();
});
