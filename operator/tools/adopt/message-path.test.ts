import { expect, it } from 'vitest';
import { liveObject } from '../../core/testing/fixtures.ts';
import { readForeignConfig } from './foreign-config.ts';
import { dingTalkServices } from './robots.ts';

const RULES = { endpoint: 'https://oapi.dingtalk.com/robot/send', allowedHosts: ['oapi.dingtalk.com'] };
const TOKEN = 'fedcba98'.repeat(8);
const PATH = `/robot/send?access_token=${TOKEN}`;

function robots(url: string, ...paths: string[]) {
  const templates = paths.map((path, index) => [
    `template.t${index}`,
    JSON.stringify({ webhook: { ding: { method: 'POST', path, body: '{"msgtype":"text"}' } } }),
  ]);
  const data = { 'service.webhook.ding': `url: ${url}`, ...Object.fromEntries(templates) };
  const config = readForeignConfig(liveObject(data));
  return { config, found: dingTalkServices(config, {}, RULES).get('ding') };
}

it.each([
  ['https://oapi.dingtalk.com', PATH],
  ['https://oapi.dingtalk.com/', PATH],
  ['https://oapi.dingtalk.com/robot/', `send?access_token=${TOKEN}`],
])('a path that all messages have is a part of the URL: %s', (url, path) => {
  const { config, found } = robots(url, path, path);
  expect(found).toMatchObject({ url: `https://oapi.dingtalk.com${PATH}`, notes: [] });
  expect(found?.refusal).toBeUndefined();
  expect([...config.templates.values()].map(({ webhook }) => webhook.get('ding')?.path)).toEqual(['', '']);
});

it.each([[PATH, ''], [PATH, `${PATH}0`], ['/robot/send?access_token={{.context.token}}']])(
  'paths that differ stay paths: %s',
  (...paths) => {
    const { config, found } = robots('https://oapi.dingtalk.com', ...paths);
    expect(found?.refusal).toContain('path');
    expect(JSON.stringify(found)).not.toContain(TOKEN);
    expect([...config.templates.values()].map(({ webhook }) => webhook.get('ding')?.path)).toEqual(paths);
  },
);

it('a path behind a whole URL stays one, since nothing arrives today', () => {
  const { config } = robots(`https://oapi.dingtalk.com${PATH}`, '/x');
  expect(config.services.get('ding')?.url).not.toContain('/x');
  expect(config.templates.get('t0')?.webhook.get('ding')?.path).toBe('/x');
});
