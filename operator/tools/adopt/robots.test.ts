import { expect, it } from 'vitest';
import { liveObject } from '../../core/testing/fixtures.ts';
import { readForeignConfig } from './foreign-config.ts';
import { dingTalkServices } from './robots.ts';

const RULES = { endpoint: 'https://oapi.dingtalk.com/robot/send', allowedHosts: ['oapi.dingtalk.com'] };
const URL_OF = 'https://oapi.dingtalk.com/robot/send?access_token=';
/** As in a shell. */
const shell = (name: string): string => `$\{${name}}`;
const TOKEN = 'fedcba98'.repeat(8);

const service = (
  url: string,
  secret: Record<string, string> | undefined,
  key = 'service.webhook.ding',
  data: Record<string, string> = {},
) => {
  const config = readForeignConfig(liveObject({ [key]: `url: "${url}"`, ...data }));
  return [...dingTalkServices(config, secret, RULES).values()][0];
};

it('a URL is known with the keys of the Secret in it', () => {
  expect(service(`${URL_OF}$a`, { a: TOKEN })).toEqual({
    name: 'ding',
    key: 'service.webhook.ding',
    url: URL_OF + TOKEN,
    notes: [],
  });
});

it('a webhook without a name is called like its type', () => {
  expect(service(URL_OF + TOKEN, {}, 'service.webhook')).toMatchObject({
    name: 'webhook',
    key: 'service.webhook',
    url: URL_OF + TOKEN,
  });
});

const TEXT = { 'template.t': `webhook: {notify: {method: POST, body: '{"msgtype":"text"}'}}` };

it.each([
  [
    '$webhook-ulr',
    { 'webhook-url': 'x' },
    '$webhook-ulr of the Secret is not known. Did you mean $webhook-url? So adopt cannot tell',
  ],
  ['$x', undefined, '$x of the Secret is not known. So adopt cannot tell'],
  [
    shell('WEBHOOK'),
    {},
    `Argo CD does not replace ${shell('WEBHOOK')}, so DingTalk refuses all messages, unless a tool replaces it before. Did you mean $WEBHOOK, a key of the Secret?`,
  ],
  [`https://${shell('HOST')}/robot/send`, {}, `Argo CD does not replace ${shell('HOST')}`],
])('a URL that could be anybody’s is refused, with a guess: %s', (url, secret, refusal) => {
  expect(service(url, secret, 'service.webhook.notify', TEXT)).toMatchObject({
    url: undefined,
    refusal: expect.stringContaining(refusal),
  });
});

it.each([
  '$dingtalk-webhook',
  shell('DINGTALK_URL'),
  '$dingtalk.url',
  'https://$host/robot/send?access_token=$ding',
])('a URL that is not known is taken for a robot if names say so: %s', (url) => {
  for (const secret of [undefined, {}]) {
    const found = service(url, secret, 'service.webhook.notify', TEXT);
    expect(found).toMatchObject({
      url: undefined,
      notes: [expect.stringContaining('adopt takes it for a robot')],
    });
    expect(found?.refusal).toBeUndefined();
  }
});

it('a URL that is not known is nobody’s robot if the messages are for others', () => {
  const wecom = TEXT['template.t'].replace('text', 'news').replace('"}', '","news":{}}');
  expect(service('$x', undefined, 'service.webhook.notify', { 'template.t': wecom })).toBeUndefined();
});

it('a reference to a key with a dot is explained', () => {
  const found = service('$dingtalk.url', { 'dingtalk.url': URL_OF + TOKEN });
  expect(found?.notes[0]).toContain(
    'A reference ends at a dot, so $dingtalk.url does not mean the key dingtalk.url: give the key a name without a dot.',
  );
  for (const url of ['$dingtalk', 'https://$ding.example.com/robot/send?access_token=a'])
    expect(service(url, undefined)?.notes[0]).not.toContain('dot');
});

it('a relay keeps its messages', () => {
  const found = service('$host/hooks/ding', undefined, 'service.webhook.notify', TEXT);
  expect(found?.refusal).toContain('cannot tell');
});

it.each([
  ['$tokn', { token: 'x' }, 'Did you mean $token? Put the robot'],
  [shell('TOKEN'), {}, 'Did you mean $TOKEN, a key of the Secret? Put the robot'],
  ['<token>', {}, 'looks like a placeholder'],
  ['{{ .Values.token }}', {}, 'looks like a placeholder'],
  ['你的token', {}, 'looks like a placeholder'],
])('a token that is none needs the URL, and is taken over: %s', (token, secret, note) => {
  const found = service(URL_OF + token, secret);
  expect(found).toMatchObject({ url: undefined, notes: [expect.stringContaining(note)] });
  expect(found?.refusal).toBeUndefined();
});

it.each(['xxxx', 'xxxxxxxxxxxxxxxx', 'your-token', 'REPLACE_ME', 'YOUR_ACCESS_TOKEN', 'changeme'])(
  'a placeholder in the form of a token stays, and is named: %s',
  (token) => {
    expect(service(URL_OF + token, {})).toEqual({
      name: 'ding',
      key: 'service.webhook.ding',
      url: URL_OF + token,
      notes: [expect.stringContaining('looks like a placeholder')],
    });
  },
);
