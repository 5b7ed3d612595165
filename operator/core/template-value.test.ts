import { afterAll, expect, it } from 'vitest';
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
