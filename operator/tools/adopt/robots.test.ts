import { expect, it } from 'vitest';
import { liveObject } from '../../core/testing/fixtures.ts';
import { readForeignConfig } from './foreign-config.ts';
import { dingTalkServices } from './robots.ts';

const RULES = { endpoint: 'https://oapi.dingtalk.com/robot/send', allowedHosts: ['oapi.dingtalk.com'] };
const URL_OF = 'https://oapi.dingtalk.com/robot/send?access_token=';
/** As in a shell. */
const shell = (name: string): string => `$\{${name}}`;
const TOKEN = 'fedcba98'.repeat(8);

const service = (url: string, secret: Record<string, string> | undefined, key = 'service.webhook.ding') =>
  [...dingTalkServices(readForeignConfig(liveObject({ [key]: `url: "${url}"` })), secret, RULES).values()][0];

it('a URL is known with the keys of the Secret in it', () => {
  expect(service(`${URL_OF}$a`, { a: TOKEN })).toEqual({ name: 'ding', url: URL_OF + TOKEN, notes: [] });
});

it('a webhook without a name is called like its type', () => {
  expect(service(URL_OF + TOKEN, {}, 'service.webhook')).toMatchObject({
    name: 'webhook',
    url: URL_OF + TOKEN,
  });
});

it.each([
  [
    '$dingtalk-ulr',
    { 'dingtalk-url': 'x' },
    '$dingtalk-ulr of the Secret is not known. Did you mean $dingtalk-url? So adopt cannot tell',
  ],
  ['$x', undefined, '$x of the Secret is not known. So adopt cannot tell'],
  [
    shell('DINGTALK_URL'),
    {},
    `Argo CD does not replace ${shell('DINGTALK_URL')}, so DingTalk refuses all messages, unless a tool replaces it before. Did you mean $DINGTALK_URL, a key of the Secret?`,
  ],
  [`https://${shell('HOST')}/robot/send`, {}, `Argo CD does not replace ${shell('HOST')}`],
])('a URL that could be anybody’s is refused, with a guess: %s', (url, secret, refusal) => {
  expect(service(url, secret)).toMatchObject({ url: undefined, refusal: expect.stringContaining(refusal) });
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
      url: URL_OF + token,
      notes: [expect.stringContaining('looks like a placeholder')],
    });
  },
);
