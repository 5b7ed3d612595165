import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { readSignature, SIGNATURE_VALIDITY_MS, sign, signedUrl } from './sign.ts';
import vectors from './testdata/sign-vectors.json' with { type: 'json' };

const timestamps = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const secrets = fc.string({ minLength: 1, unit: 'binary' });
const tokens = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);

describe('sign', () => {
  test.each(vectors.positive)('reproduces the public vector of $timestampMs', (vector) => {
    expect(sign(vector.secret, vector.timestampMs)).toBe(vector.sign);
    const url = signedUrl(
      'https://oapi.dingtalk.com/robot/send?access_token=t',
      vector.secret,
      vector.timestampMs,
    );
    expect(url.split('&sign=')[1]).toBe(vector.signUrlEncoded);
  });

  test.each(vectors.negative)('is not $what', (vector) => {
    expect(sign(vector.secret, vector.timestampMs)).not.toBe(vector.sign);
  });

  it('refuses what cannot be a secret or a timestamp', () => {
    expect(() => sign('', 1)).toThrow(RangeError);
    for (const timestamp of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => sign('SECx', timestamp)).toThrow(RangeError);
    }
  });

  it('is valid for an hour', () => {
    expect(SIGNATURE_VALIDITY_MS).toBe(60 * 60 * 1000);
  });
});

describe('signedUrl', () => {
  test.each(vectors.urls)('gives the whole URL of $timestampMs', ({ base, secret, timestampMs, url }) => {
    expect(signedUrl(base, secret, timestampMs)).toBe(url);
  });

  it('starts a query where there is none', () => {
    expect(signedUrl('https://example.com/hook', 's', 1)).toMatch(
      /^https:\/\/example\.com\/hook\?timestamp=1&sign=/,
    );
    expect(signedUrl('https://example.com/hook?', 's', 1)).toBe(
      signedUrl('https://example.com/hook', 's', 1),
    );
  });

  it('puts access_token first and keeps other parameters', () => {
    const url = signedUrl('https://h/robot/send?a=1&access_token=T%2B&b=2', 's', 7);
    expect(url).toMatch(/^https:\/\/h\/robot\/send\?access_token=T%2B&a=1&b=2&timestamp=7&sign=[^&]+$/);
  });

  it('refuses a fragment', () => {
    expect(() => signedUrl('https://h/robot/send?access_token=t#x', 's', 1)).toThrow(RangeError);
  });

  it('signs the base again and again without growing', () => {
    fc.assert(
      fc.property(tokens, secrets, timestamps, timestamps, (token, secret, first, second) => {
        const base = `https://oapi.dingtalk.com/robot/send?access_token=${token}`;
        const again = signedUrl(signedUrl(base, secret, first), secret, second);
        expect(again).toBe(signedUrl(base, secret, second));
        expect(again.startsWith(`${base}&timestamp=${second}&sign=`)).toBe(true);
      }),
    );
  });
});

describe('readSignature', () => {
  it('reads back what signedUrl wrote', () => {
    fc.assert(
      fc.property(tokens, secrets, timestamps, (token, secret, timestampMs) => {
        const base = `https://oapi.dingtalk.com/robot/send?access_token=${token}`;
        expect(readSignature(signedUrl(base, secret, timestampMs))).toEqual({
          base,
          timestampMs,
          sign: sign(secret, timestampMs),
        });
        // As an HTTP server reads it: decoded exactly once.
        const query = new URL(signedUrl(base, secret, timestampMs)).searchParams;
        expect(query.get('sign')).toBe(sign(secret, timestampMs));
      }),
    );
  });

  const good = 'xRYb1NisgH2f0Ff6VPblXkWwXk8F4mkuWTjV0kzOH0g%3D';
  test.each([
    ['no query', 'https://h/robot/send'],
    ['no sign', 'https://h/robot/send?access_token=t&timestamp=1'],
    ['no timestamp', `https://h/robot/send?access_token=t&sign=${good}`],
    ['timestamp that is no number', `https://h/s?timestamp=1e3&sign=${good}`],
    ['empty timestamp', `https://h/s?timestamp=&sign=${good}`],
    ['timestamp beyond exact integers', `https://h/s?timestamp=9999999999999999&sign=${good}`],
    ['two timestamps', `https://h/s?timestamp=1&timestamp=1&sign=${good}`],
    ['two signs', `https://h/s?timestamp=1&sign=${good}&sign=${good}`],
    ['sign encoded twice', `https://h/s?timestamp=1&sign=${encodeURIComponent(good)}`],
    ['stray percent sign', 'https://h/s?timestamp=1&sign=%E0%A4%A'],
    ['sign of the wrong length', 'https://h/s?timestamp=1&sign=abc%3D'],
    ['parameters in the fragment', `https://h/s#?timestamp=1&sign=${good}`],
  ])('%s: undefined', (_, url) => {
    expect(readSignature(url)).toBeUndefined();
  });
});
