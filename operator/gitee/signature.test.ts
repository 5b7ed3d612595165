import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GITEE_WINDOW_MS, giteeKey, giteeSignature, verifyGitee } from './signature.ts';

/** Computed with `printf '%s\n%s' TIMESTAMP KEY | openssl dgst -sha256 -hmac KEY -binary | base64`; the key is made up. */
const KEY = 'k0Xq7Lr2-Tn5v_invented-for-this-test';
const AT = 1_795_000_000_000;
const SIGNATURE = 'zNuKbjMfx+J3F62oAyKE0E8syHWQN1b8zeWhmMPMA7w=';

const headers = (token: string, timestamp: string | number = AT) => ({
  'x-gitee-token': token,
  'x-gitee-timestamp': `${timestamp}`,
});

describe('a signature of Gitee', () => {
  it('is that of another program', () => {
    expect(giteeSignature(KEY, `${AT}`)).toBe(SIGNATURE);
    expect(verifyGitee(headers(SIGNATURE), KEY, AT)).toBe('right');
  });

  it('is right in the form for URLs, too', () => {
    const timestamp = [...Array(100).keys()]
      .map((ms) => `${AT + ms}`)
      .find((each) => /[+/]/.test(giteeSignature(KEY, each)));
    const token = encodeURIComponent(giteeSignature(KEY, timestamp as string));
    expect(token).toMatch(/%2[BF]/);
    expect(verifyGitee(headers(token, timestamp), KEY, AT)).toBe('right');
  });

  it.each([
    ['no headers', {}],
    ['no token', { 'x-gitee-timestamp': `${AT}` }],
    ['no time', { 'x-gitee-token': SIGNATURE }],
    ['an empty token', headers('')],
    [
      'another token of the same length',
      headers(SIGNATURE.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))),
    ],
    ['a longer token', headers(`${SIGNATURE}A`)],
    ['the key instead of a signature, as in the password mode', headers(KEY)],
    ['another time', headers(SIGNATURE, AT + 1)],
    ['a time that is no number', headers(giteeSignature(KEY, 'NaN'), 'NaN')],
    ['a time in seconds', headers(giteeSignature(KEY, '1795000000'), '1795000000')],
    ['a broken escape', headers('%E0%A4%A')],
    ['two tokens', { ...headers(''), 'x-gitee-token': [SIGNATURE, SIGNATURE] }],
  ])('is wrong with %s', (_, given) => {
    expect(verifyGitee(given, KEY, AT)).toBe('wrong');
  });

  it.each([
    [0, 'right'],
    [GITEE_WINDOW_MS, 'right'],
    [-GITEE_WINDOW_MS, 'right'],
    [GITEE_WINDOW_MS + 1, 'late'],
    [-GITEE_WINDOW_MS - 1, 'late'],
    [3_600_000, 'late'],
  ])('%i ms after its time is %s', (ms, verdict) => {
    expect(verifyGitee(headers(SIGNATURE), KEY, AT + ms)).toBe(verdict);
  });

  it('says nothing about the time to somebody without the key', () => {
    expect(verifyGitee(headers(SIGNATURE, AT - 1), KEY, AT + 3_600_000)).toBe('wrong');
  });
});

describe('the key of a subscription', () => {
  it('is another one for each subscription and each installation, and fits into a field for passwords', () => {
    const keys = [giteeKey('one', 'uid-1'), giteeKey('one', 'uid-2'), giteeKey('two', 'uid-1')];
    expect(new Set(keys).size).toBe(3);
    expect(keys.every((key) => /^[\w-]{43}$/.test(key))).toBe(true);
  });

  it('opens no other path', () => {
    const [one, other] = [giteeKey('one', 'uid-1'), giteeKey('one', 'uid-2')];
    expect(verifyGitee(headers(giteeSignature(one, `${AT}`)), other, AT)).toBe('wrong');
  });
});

/** A folder with payloads that gitee.com has sent; they are not part of this project. */
const REAL = process.env.GITEE_PAYLOADS ?? '';

describe('what gitee.com has signed', () => {
  it('is right, and with a time of a millisecond before it is not', () => {
    // Source: https://github.com/drone/go-scm, scm/driver/gitee/webhook_test.go
    const key = 'bBg5lrt03VixkX85CNqYIcecC0SIGASE';
    const sent = 'Xvh4YPVe6l31XpDRL9J2yeaEXabsckIoUUschpXiVck=';
    const at = 1_633_679_083_918;
    expect(verifyGitee(headers(sent, at), key, at)).toBe('right');
    expect(verifyGitee(headers(sent, at - 1), key, at)).toBe('wrong');
  });

  it.skipIf(!existsSync(REAL))('is right in each payload of a folder', () => {
    const files = readdirSync(REAL).filter((file) => file.endsWith('.json'));
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const { timestamp, sign } = JSON.parse(readFileSync(join(REAL, file), 'utf8'));
      const key = process.env.GITEE_PAYLOADS_KEY ?? '';
      expect([file, verifyGitee(headers(sign, timestamp), key, Number(timestamp))]).toEqual([file, 'right']);
    }
  });
});
