import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { redact, redactError } from './redact.ts';

const hex64 = 'f00d53e149ba5de6597ca2442f0e901fd86156780b8ac141e4a75afdc44c85ca';
const url = `https://oapi.dingtalk.com/robot/send?access_token=${hex64}&timestamp=1700000000000&sign=w3RMHX%2Bz%3D`;

describe('redact', () => {
  test.each([
    [url, 'https://oapi.dingtalk.com/robot/send?access_token=***&timestamp=1700000000000&sign=***'],
    [
      `${url}: 500`,
      'https://oapi.dingtalk.com/robot/send?access_token=***&timestamp=1700000000000&sign=*** 500',
    ],
    ['["https://a","me@b"]', '["https://a","me@b"]'],
    ['myAccessToken = "abc"', 'myAccessToken = "***"'],
    ['key=trigger.dt_a errcode=310000', 'key=trigger.dt_a errcode=310000'],
    [`{"access_token":"${hex64}","b":1}`, '{"access_token":"***","b":1}'],
    [`"{\\"access_token\\":\\"abc\\"}"`, '"{\\"access_token\\":\\"***\\"}"'],
    ['access_token: abc', 'access_token: ***'],
    ['a?access_token%3Dabc%26x', 'a?access_token%3D***'],
    ['(sign=abc)', '(sign=***)'],
    ['design=wide assign=1', 'design=wide assign=1'],
    ['secret=SECabc', 'secret=***'],
    [`signing secret SEC${hex64} is bad`, 'signing secret SEC*** is bad'],
    ['SECtest123', 'SEC***'],
    ['SECURITY SECTION SECRETS', 'SECURITY SECTION SECRETS'],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer ***'],
    ['{"authorization":"Basic dXNlcg=="}', '{"authorization":"Basic ***"}'],
    ['with bearer abcdefgh1 sent', 'with bearer *** sent'],
    ['basic authentication failed', 'basic authentication failed'],
    ['https://user:p@ss@host/x', 'https://***@host/x'],
    ['git clone https://oauth2@gitee.com/a/b', 'git clone https://***@gitee.com/a/b'],
    ['token eyJhbGciOi.eyJpc3Mi.c2ln end', 'token *** end'],
    ['X-Gitee-Token: 9f86d081', 'X-Gitee-Token: ***'],
    ['private_token=9f86', 'private_token=***'],
    ['client-secret: x', 'client-secret: ***'],
    [`token ${hex64}`, 'token ***'],
    [`image@sha256:${hex64}`, `image@sha256:${hex64}`],
    [`commit ${hex64.slice(0, 40)}`, `commit ${hex64.slice(0, 40)}`],
    ['xRYb1NisgH2f0Ff6VPblXkWwXk8F4mkuWTjV0kzOH0g=', '***'],
    ['Unexpected token } in JSON at position 3', 'Unexpected token } in JSON at position 3'],
    ['robots.argocd-dingtalk.io "payments" not found', 'robots.argocd-dingtalk.io "payments" not found'],
  ])('%s → %s', (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  const tokens = fc.stringMatching(/^[A-Za-z0-9_-]{8,64}$/);
  const hexes = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 });
  const around = fc.constantFrom('', ' ', '\n', '"', '(', ')', ',', '…', ' https://h/p?a=1&', '\\"', ': ');

  it('leaves nothing of a credential in its usual io', () => {
    const placed = fc.oneof(
      fc.tuple(
        tokens,
        fc.constantFrom('access_token=', 'sign=', 'access_token%3D', 'token=', 'Authorization: Bearer '),
      ),
      fc.tuple(
        tokens,
        fc.constantFrom('"access_token":"', "'client_secret': '", 'private_token: ', 'x-gitee-token: '),
      ),
      fc.tuple(hexes, fc.constantFrom('', 'SEC', 'token ', 'access_token=', 'https://h/robot/send?')),
    );
    const ends = fc.constantFrom('', ' ', '&x=1', '"', "'", ')', ',', '\n');
    fc.assert(
      fc.property(around, placed, ends, around, (before, [secret, name], end, after) => {
        expect(redact(`${before} ${name}${secret}${end}${after}`)).not.toContain(secret);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes no time for a long word that begins again and again', () => {
    const word = 'SEC-'.repeat(100_000);
    const before = process.cpuUsage();
    expect(redact(word)).toBe(word);
    expect(redact(`${word}7`)).toBe('SEC***');
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(500);
  });

  it('gives its own result back', () => {
    const part = fc.constantFrom(
      ...[
        'access_token',
        'sign',
        'secret',
        '=',
        ':',
        '"',
        ' ',
        '://',
        '@',
        'SEC',
        'eyJ',
        '.',
        'Bearer ',
        'basic ',
        '***',
      ],
      ...['authorization', '%3D', hex64, hex64.slice(32), 'a1', '\\', '/', '&'],
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.string())), (parts) => {
        const once = redact(parts.join(''));
        expect(redact(once)).toBe(once);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    'a',
    '://',
    'eyJ',
    'SEC',
    'access_',
    'access-token-',
    'bearer ',
    'authorization:',
    '0',
    'a_',
    '@',
    'A+/',
    '\\',
    'token="',
  ])('stays fast on a long run of %j', (piece) => {
    const started = performance.now();
    redact(piece.repeat(Math.ceil(100_000 / piece.length)));
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('redactError', () => {
  it('tells the chain of causes on one line, without credentials', () => {
    const cause = new Error(`connect ECONNREFUSED\n 127.0.0.1:443 for ${url}`);
    const error = new TypeError('fetch failed', { cause });
    expect(redactError(error)).toBe(
      'fetch failed: connect ECONNREFUSED 127.0.0.1:443 for ' +
        'https://oapi.dingtalk.com/robot/send?access_token=***&timestamp=1700000000000&sign=***',
    );
  });

  it('does not repeat what a wrapper repeats, and ends in a circle', () => {
    const inner = new Error('refused');
    const outer = new Error('cannot write: refused', { cause: inner });
    inner.cause = outer;
    expect(redactError(outer)).toBe('cannot write: refused');
  });

  it('tells all errors of an aggregate', () => {
    expect(redactError(new AggregateError([new Error('a'), new Error('b')], 'all failed'))).toBe(
      'all failed: a: b',
    );
  });

  it('takes whatever can be thrown', () => {
    const hostile = Object.defineProperty({}, 'message', {
      get: () => {
        throw new Error('no');
      },
    });
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(redactError('plain')).toBe('plain');
    expect(redactError(undefined)).toBe('');
    expect(redactError(new RangeError())).toBe('RangeError');
    expect(redactError({ code: 7, token: hex64 })).toBe('{"code":7,"token":"***"}');
    expect(redactError(hostile)).toBe('{}');
    expect(redactError(circle)).toBe('an error without a readable message');
    expect(redactError(Symbol('s'))).toBe('Symbol(s)');
  });

  it('is one line of bounded length, whatever the error', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (messages) => {
        const error = messages.reduceRight<unknown>(
          (cause, message) => new Error(message, { cause }),
          undefined,
        );
        const line = redactError(error);
        expect(line).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        expect(line.length).toBeLessThanOrEqual(2000);
      }),
    );
    expect(redactError(new Error('é'.repeat(5000)))).toHaveLength(2000);
  });

  it('masks before it cuts, and what stands on the next line', () => {
    expect(redactError(new Error(`${'x'.repeat(1985)} SEC${hex64}`))).not.toContain('SECf');
    expect(redactError(new Error('Authorization:\nBearer abc.def'))).toBe('Authorization: Bearer ***');
  });
});
