import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseSigningSecret, parseWebhookCredential, type WebhookRules } from './webhook-url.ts';

const rules: WebhookRules = {
  endpoint: 'https://oapi.dingtalk.com/robot/send',
  allowedHosts: ['oapi.dingtalk.com', 'oapi.dingtalk.io', '127.0.0.1:8443'],
};
const token = 'f00d53e149ba5de6597ca2442f0e901fd86156780b8ac141e4a75afdc44c85ca';
const url = `https://oapi.dingtalk.com/robot/send?access_token=${token}`;
// As long as DingTalk's are, or nearly: shorter ones could be taken for the label of a host.
const tokens = fc.stringMatching(/^[A-Za-z0-9_-]{20,32}[0-9][A-Za-z0-9_-]{20,32}$/);

describe('parseWebhookCredential', () => {
  test.each([
    ['the token alone', token, url],
    ['white space around a token', ` \n${token}\r\n`, url],
    ['the whole URL', url, url],
    ['white space around a URL', `\t${url}\n`, url],
    ['the international host', url.replace('.com', '.io'), url.replace('.com', '.io')],
    ['capitals in scheme and host', url.replace('https://oapi', 'HTTPS://OAPI'), url],
    ['the default port', url.replace('.com/', '.com:443/'), url],
    [
      'a listed port',
      url.replace('oapi.dingtalk.com', '127.0.0.1:8443'),
      url.replace('oapi.dingtalk.com', '127.0.0.1:8443'),
    ],
    ['an empty parameter at the end', `${url}&`, url],
  ])('takes %s', (_, value, expected) => {
    expect(parseWebhookCredential(value, rules)).toEqual({ ok: true, url: expected, warnings: [] });
  });

  test.each([`${url}&timestamp=1&sign=abc%3D`, `${url}&sign=x`, url.replace('?', '?timestamp=9&')])(
    'drops a pasted signature with a warning',
    (value) => {
      const result = parseWebhookCredential(value, rules);
      expect(result).toEqual({ ok: true, url, warnings: [expect.stringContaining('timestamp and sign')] });
    },
  );

  it('warns if the token looks like the signing secret', () => {
    const result = parseWebhookCredential(`SEC${token}`, rules);
    expect(result).toMatchObject({ ok: true, warnings: [expect.stringContaining('signing secret')] });
  });

  test.each([
    ['nothing', '', 'empty'],
    ['blanks', ' \n\t ', 'empty'],
    ['a blank inside', `${token.slice(0, 9)} ${token.slice(9)}`, 'white space'],
    ['a line break inside', `${url.slice(0, 60)}\n${url.slice(60)}`, 'white space'],
    ['a control character', `${token}\u0000${token}`, 'invisible'],
    ['a zero-width space', `${token}\u200b${token}`, 'invisible'],
    ['a token of 257 characters', 'a'.repeat(257), 'neither a URL nor an access token'],
    ['a token with a dot', `${token}.x`, 'neither a URL nor an access token'],
    ['http', url.replace('https', 'http'), 'https://'],
    ['a URL without scheme', url.slice('https://'.length), 'https://'],
    ['a pasted parameter', `access_token=${token}`, 'https://'],
    ['user information', url.replace('https://', 'https://user:pass@'), 'user information'],
    ['the allowed host as user', url.replace('.com/', '.com@evil.example/'), 'user information'],
    ['a fragment', `${url}#x`, 'fragment'],
    ['an empty fragment', `${url}#`, 'fragment'],
    ['another path', url.replace('/robot/send', '/robot/send/'), 'path'],
    ['a dotted path', url.replace('/robot/send', '/x/../robot/send'), 'path'],
    ['an encoded path', url.replace('/robot/send', '/robot%2Fsend'), 'path'],
    ['no path', url.replace('/robot/send', ''), 'path'],
    ['no query', url.split('?')[0], 'no access_token'],
    ['an empty token', `${url.split('=')[0]}=`, 'no access_token'],
    ['two tokens', `${url}&access_token=${token}`, 'more than one'],
    ['an encoded token', `${url}%20`, '1 to 256'],
    ['a long URL', `${url}&sign=${'x'.repeat(3000)}`, '2048'],
    ['another parameter', `${url}&at=all`, '"at"'],
    ['a name with a digit', `${url}&a1=all`, 'unknown name'],
    ['the secret as a name', `${url}&SECabcdef=1`, 'unknown name'],
    ['the token as a bare name', `https://oapi.dingtalk.com/robot/send?${token}`, 'unknown name'],
  ])('refuses %s', (_, value, because) => {
    const result = parseWebhookCredential(value ?? '', rules);
    expect(result).toMatchObject({
      ok: false,
      reason: 'InvalidWebhook',
      message: expect.stringContaining(because),
    });
    expect(JSON.stringify(result)).not.toContain(token);
  });

  test.each([
    'oapi.dingtalk.com.evil.example',
    'evil.example',
    'oapi.dingtalk.com.',
    'oapi.dingtalk.com:8443',
    'oapi.dingtalk.com:',
    'oapi.dingtalk.com:0443',
    'oapi.dingtal\u212a.com', // the Kelvin sign
    'oapi\uff0edingtalk.com',
    'xn--oapi-dingtalk.com',
    'oapi.dingtalk.com\\evil.example',
    'oapi.dingtalk.com%2eevil.example',
    '127.0.0.1',
    '0x7f.1:8443',
    '[::1]:8443',
    'localhost:8443',
    '',
  ])('refuses the host %j', (host) => {
    const result = parseWebhookCredential(url.replace('oapi.dingtalk.com', host), rules);
    expect(result).toMatchObject({ ok: false, reason: 'HostNotAllowed' });
    expect(JSON.stringify(result)).not.toContain(token);
  });

  it('names a host that is one, and not a token in its place', () => {
    const message = (value: string): string => JSON.stringify(parseWebhookCredential(value, rules));
    expect(message(url.replace('oapi.', 'evil.'))).toContain('evil.dingtalk.com');
    expect(message(`https://${token}/robot/send`)).not.toContain(token);
    expect(message(`https://${token}.example/robot/send`)).not.toContain(token);
  });

  it.each([
    'http://oapi.dingtalk.com/robot/send',
    'https://evil.example/robot/send',
    'https://oapi.dingtalk.com/',
  ])('does not send a bare token to the endpoint %s', (endpoint) => {
    expect(parseWebhookCredential(token, { ...rules, endpoint })).toMatchObject({ reason: 'HostNotAllowed' });
  });

  it('takes its own result again, unchanged', () => {
    fc.assert(
      fc.property(tokens, fc.constantFrom(...rules.allowedHosts), (value, host) => {
        const first = parseWebhookCredential(value, { ...rules, endpoint: `https://${host}/robot/send` });
        expect(first).toMatchObject({ ok: true, url: `https://${host}/robot/send?access_token=${value}` });
        expect(first.ok && parseWebhookCredential(first.url, rules)).toMatchObject({
          ok: true,
          url: first.ok && first.url,
        });
      }),
    );
  });

  it('never tells the token, whatever stands around it; only allowed hosts get through', () => {
    const piece = fc.constantFrom(
      ...[
        'https://',
        'oapi.dingtalk.com',
        '/robot/send',
        '?',
        'access_token=',
        '&',
        '=',
        '#',
        '@',
        ':',
        '/',
        '.',
      ],
      ...['sign=', 'timestamp=1', 'x=', 'evil.example', 'SEC', ' ', '%20', '\\'],
    );
    fc.assert(
      fc.property(tokens, fc.array(piece), fc.array(piece), (value, before, after) => {
        const result = parseWebhookCredential([...before, value, ...after].join(''), rules);
        if (result.ok) {
          expect(result.url).toMatch(/^https:\/\/oapi\.dingtalk\.com\/robot\/send\?access_token=[\w-]+$/);
          expect(result.warnings.join()).not.toContain(value);
        } else {
          expect(result.message.toLowerCase()).not.toContain(value.toLowerCase());
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('parseSigningSecret', () => {
  it('takes a secret of DingTalk, trimmed', () => {
    expect(parseSigningSecret(` SEC${token}\n`)).toEqual({ ok: true, secret: `SEC${token}`, warnings: [] });
  });

  test.each([
    ['this_is_the_app_secret', 'does not start with SEC'],
    [token, 'access token'],
  ])('warns of %s', (value, because) => {
    const result = parseSigningSecret(value);
    expect(result).toMatchObject({ ok: true, secret: value, warnings: [expect.stringContaining(because)] });
    expect(result.ok && result.warnings.join()).not.toContain(value);
  });

  test.each([
    ['nothing', '\n', 'empty'],
    ['a blank inside', `SEC ${token}`, 'white space'],
    ['a control character inside', `SEC\u007f${token}`, 'invisible'],
    ['too long a text', `SEC${'0'.repeat(510)}`, '512'],
    ['the webhook URL', url, 'is a URL'],
    ['part of the webhook URL', url.slice(10), 'is a URL'],
  ])('refuses %s', (_, value, because) => {
    const result = parseSigningSecret(value);
    expect(result).toMatchObject({
      ok: false,
      reason: 'InvalidSigningSecret',
      message: expect.stringContaining(because),
    });
    expect(JSON.stringify(result)).not.toContain(token);
  });
});
