import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { locateEngine } from '../../engine/locate.ts';
import { createEngine } from '../engine/client.ts';
import { serviceKey, templateKey } from './names.ts';
import { formatTemplate, readTemplate } from './template-value.ts';

const engine = createEngine({ program: locateEngine() });
afterAll(() => engine.close());

const entry = (text: string) => ({ method: 'POST', body: `{"msgtype":"text","text":{"content":"${text}"}}` });
const managedBy = 'argocd-dingtalk 00000000.1.00000000';

it.each([
  [['one', 'two']],
  [['one', 'one']],
  [['one', 'two', 'one', 'two', 'one']],
  [['\u0085\ufeff🔴 "quoted" \\', 'x', '\u0085\ufeff🔴 "quoted" \\']],
])('is what the engine sends, and can be read back (%j)', async (texts) => {
  const webhook = Object.fromEntries(
    texts.map((text, index) => [`dt_a_r${index}`, entry(JSON.stringify(text).slice(1, -1))]),
  );
  const value = formatTemplate({ managedBy, webhook });
  expect(readTemplate(value)).toEqual({ managedBy, webhook });
  for (const [service, { body }] of Object.entries(webhook)) {
    const answer = await engine.render({
      configMap: { [templateKey('t')]: value, [serviceKey(service)]: 'url: https://example.com' },
      app: {},
      templates: ['t'],
      service,
    });
    expect(answer).toMatchObject({ ok: true, request: { method: 'POST', body } });
  }
});

it('says equal entries once', () => {
  const webhook = { a: entry('same'), b: entry('other'), c: entry('same') };
  const value = formatTemplate({ managedBy, webhook });
  expect(value.match(/same/g)).toHaveLength(1);
  expect(value).toMatch(/"c":\*b0\}\}$/);
});

it.each(['', '[]', 'null', '{"managedBy":"x"}', '{"webhook":null}', '{', '*b0'])(
  'knows what is none (%j)',
  (value) => {
    expect(readTemplate(value)).toBeUndefined();
  },
);

it('is read as YAML reads it, whatever stands in it', () => {
  const texts = fc.oneof(
    fc.constantFrom('&b0 x', '*b0', '"&b1 "', '\\', '":*b0,"', '{"like":"a"}'),
    fc.string(),
  );
  fc.assert(
    fc.property(
      fc.array(texts, { minLength: 1, maxLength: 5 }),
      fc.infiniteStream(fc.nat(4)),
      (bodies, picks) => {
        const entries = [...picks.take(6)].map((pick, index) => {
          const body = bodies[pick % bodies.length] as string;
          return [`dt_a_r${index}`, { method: 'POST', body }] as const;
        });
        const value = formatTemplate({ managedBy, webhook: Object.fromEntries(entries) });
        expect(readTemplate(value)).toEqual(parse(value));
      },
    ),
  );
});

it('is read in no time, however many entries are equal', () => {
  const same = entry('x'.repeat(5_000));
  const webhook = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`dt_a_r${index}`, same]));
  const value = formatTemplate({ managedBy, webhook });
  const started = performance.now();
  for (let i = 0; i < 100; i++) readTemplate(value);
  expect(performance.now() - started).toBeLessThan(500);
});
