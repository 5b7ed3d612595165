import { describe, expect, it } from 'vitest';
import { readAnswer } from '../dingtalk/answers.ts';
import { DELIVERY_REASONS } from '../dingtalk/explanations.ts';
import { connectionOutcome, type DeliveryOutcome } from '../dingtalk/outcome.ts';
import { concernOf, endingOf } from './endings.ts';
import type { RequestClaim } from './model.ts';
import { someMessage } from './testing/messages.ts';

const NOW = 1_700_000_000_000;
const MINUTE = 60_000;
const FACTS = { now: NOW, random: 0.5, isReread: false, isShortened: false };

const claimOf = (attempts: number, kind: RequestClaim['kind'] = 'message'): RequestClaim => ({
  id: 1,
  robot: 'team-a/robot',
  kind,
  msgUuid: 'u',
  left: 0,
  messages: [{ ...someMessage(), id: 1, msgUuid: 'u', acceptedAt: NOW, attempts, notBefore: NOW }],
});
const answer = (errcode: number, errmsg = ''): DeliveryOutcome =>
  readAnswer(200, JSON.stringify({ errcode, errmsg }));

describe('an answer', () => {
  it('ok ends the message', () => {
    expect(endingOf(claimOf(1), answer(0, 'ok'), FACTS)).toMatchObject({ kind: 'sent' });
  });

  it.each<[string, DeliveryOutcome]>([
    ['-1', answer(-1, '系统繁忙')],
    ['a time-out', connectionOutcome(new Error('DingTalk did not answer within 5000 ms'))],
    ['a reset', connectionOutcome(Object.assign(new Error('reset'), { code: 'ECONNRESET' }))],
    ['a server that fails', readAnswer(502, '<html>bad gateway</html>')],
  ])(
    '%s has the message tried again after a second, then more rarely, five minutes at most',
    (_, outcome) => {
      const pause = (attempts: number, random: number): number => {
        const ending = endingOf(claimOf(attempts), outcome, { ...FACTS, random });
        expect(ending).toEqual({ kind: 'again', outcome, notBefore: expect.any(Number) });
        return (ending as { notBefore: number }).notBefore - NOW;
      };
      expect([1, 2, 3, 4].map((attempts) => pause(attempts, 0.9999999))).toEqual([
        1_000, 2_000, 4_000, 8_000,
      ]);
      expect([1, 2, 3, 4].map((attempts) => pause(attempts, 0))).toEqual([500, 1_000, 2_000, 4_000]);
      expect(pause(1_000, 0.9999999)).toBe(5 * MINUTE);
    },
  );

  it.each<[string, DeliveryOutcome]>([
    ['130101', answer(130101, 'send too fast, exceed 20 times per minute')],
    ['410100', answer(410100, '发送速度太快而限流')],
    ['660026', answer(660026, 'sending too many messages per minute')],
    ['90030', answer(90030, 'webhook over limit')],
    ['HTTP 429', readAnswer(429, '')],
    ['status 1111', readAnswer(200, '{"status":1111,"wait":5}')],
  ])('%s silences the robot for ten minutes', (_, outcome) => {
    const until = NOW + 10 * MINUTE;
    expect(endingOf(claimOf(1), outcome, FACTS)).toEqual({
      kind: 'again',
      outcome,
      notBefore: until,
      silentUntil: until,
    });
  });

  it.each<[string, DeliveryOutcome]>([
    ['310000 keyword', answer(310000, 'keywords not in content')],
    ['310000 signature', answer(310000, 'sign not match')],
    ['310000 timestamp', answer(310000, 'invalid timestamp')],
    ['310000 address', answer(310000, 'ip 203.0.113.7 not in whitelist')],
    ['310000', answer(310000, 'something new')],
    ['300005', answer(300005, 'token is not exist')],
    ['400013', answer(400013)],
    ['400101', answer(400101)],
    ['400102', answer(400102)],
    ['400106', answer(400106)],
    ['HTML', readAnswer(200, '<html>Please sign in</html>')],
    ['nonsense', readAnswer(200, '{"ok":true}')],
    ['a redirect', readAnswer(302, '')],
  ])('%s is final once the credentials have been read again', (_, outcome) => {
    expect(endingOf(claimOf(1), outcome, FACTS)).toEqual({ kind: 'again', outcome, notBefore: NOW + 1_000 });
    expect(endingOf(claimOf(2), outcome, { ...FACTS, isReread: true })).toEqual({ kind: 'dead', outcome });
  });

  it.each<[string, DeliveryOutcome]>([
    ['40035', answer(40035, '缺少参数 json')],
    ['400105', answer(400105, '不支持的消息类型')],
    ['430101', answer(430101, '含有不安全的外链')],
    ['an unknown code', answer(999999, 'nobody knows')],
    ['the age of the message', { reason: 'MessageExpired', class: 'final' }],
  ])('%s is final for the message', (_, outcome) => {
    expect(endingOf(claimOf(1), outcome, FACTS)).toEqual({ kind: 'dead', outcome });
  });

  it('460101 is final once the message has been cut', () => {
    const outcome = answer(460101, 'message too long, exceed 20000 bytes');
    expect(endingOf(claimOf(1), outcome, FACTS)).toEqual({ kind: 'again', outcome, notBefore: NOW + 1_000 });
    expect(endingOf(claimOf(2), outcome, { ...FACTS, isShortened: true })).toEqual({ kind: 'dead', outcome });
    expect(endingOf(claimOf(1, 'digest'), outcome, FACTS)).toEqual({ kind: 'dead', outcome });
  });
});

it.each(DELIVERY_REASONS)(
  '%s is retried if its class says so, and ok only if DingTalk has accepted it',
  (reason) => {
    expect(['time', 'throttle']).toContain(concernOf({ reason, class: 'retry' }));
    expect(concernOf({ reason, class: 'ok' })).toBe('none');
  },
);
