import { expect, it } from 'vitest';
import { NOW, SECRET, TOKEN } from '../core/testing/fixtures.ts';
import { signedUrl } from './sign.ts';
import { hasValidSignature, readSignedUrl, signatureEnd } from './signatures.ts';

const url = `https://oapi.dingtalk.com/robot/send?access_token=${TOKEN}`;
const MINUTE = 60_000;
const signedAt = (minutes: number) => signedUrl(url, SECRET, NOW.getTime() + minutes * MINUTE);

it.each([
  [-61, false],
  [-60, false],
  [-59, true],
  [0, true],
  // DingTalk takes it up to an hour from its own clock, on either side.
  [59, true],
  [60, false],
  [24 * 60, false],
])('a signature that is %i minutes away may stay unjudged: %s', (minutes, stays) =>
  expect(hasValidSignature(signedAt(minutes), NOW)).toBe(stays),
);

it('a URL without a signature may stay', () => expect(hasValidSignature(url, NOW)).toBe(true));

it.each([
  [-59, true],
  [1, true],
  // The clock has been set back: by which one it ends, nobody knows.
  [2, false],
])('a signature that is %i minutes away needs no other one: %s', (minutes, isGood) => {
  const live = signedAt(minutes);
  const found = readSignedUrl(live, { url, signingSecret: SECRET }, NOW);
  expect(found).toEqual(isGood ? { url: live, until: signatureEnd(live) } : undefined);
});
