import { expect, it } from 'vitest';
import { SECRET, TOKEN } from '../testing/fixtures.ts';
import { deliveryFingerprint } from './fingerprint.ts';

const UID = '0b1c2d3e-0000-4000-8000-000000000000';
const url = `https://oapi.dingtalk.com/robot/send?access_token=${TOKEN}`;
const credential = { url, signingSecret: SECRET };
const base = deliveryFingerprint(UID, credential, ['a', 'b']);

it('is the same for the same, in any process and any order of the keywords', () => {
  expect(base).toMatch(/^[0-9a-f]{8}$/);
  expect(deliveryFingerprint(UID, { ...credential }, ['b', 'a'])).toBe(base);
  // Made by Python's hmac.
  expect(deliveryFingerprint('uid', { url: 'https://h/robot/send?access_token=t' }, ['k'])).toBe('781f3802');
});

it.each([
  ['uid', deliveryFingerprint('another', credential, ['a', 'b'])],
  ['token', deliveryFingerprint(UID, { ...credential, url: `${url}0` }, ['a', 'b'])],
  ['secret', deliveryFingerprint(UID, { url, signingSecret: `${SECRET}0` }, ['a', 'b'])],
  ['missing secret', deliveryFingerprint(UID, { url }, ['a', 'b'])],
  ['keywords', deliveryFingerprint(UID, credential, ['a'])],
  ['keywords that look alike when joined', deliveryFingerprint(UID, credential, ['a,b'])],
])('is another one for another %s', (_, other) => {
  expect(other).not.toBe(base);
});
