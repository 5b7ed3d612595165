import { describe, expect, it } from 'vitest';
import type { DingTalkRobot } from '../../api/kinds.ts';
import { serviceKey } from '../../argocd/names.ts';
import { decide } from '../decide.ts';
import type { CredentialSecret } from '../model/snapshot.ts';
import {
  found,
  liveObject,
  NAMESPACE,
  robot,
  SECRET,
  settled,
  snapshot,
  TOKEN,
  team,
} from '../testing/fixtures.ts';

const SECRET_NAME = `${NAMESPACE}/payments-dingtalk`;
const judge = (secret: CredentialSecret | undefined, fields = {}) => {
  const credentials = new Map(secret ? [[SECRET_NAME, secret]] : []);
  const { resolution, plan } = decide(snapshot({ robots: [robot()], credentials, ...fields }));
  return { verdict: resolution.robots[0]?.verdict, plan };
};

describe('a robot', () => {
  it.each([
    ['missing Secret', { state: 'missing' } as const, 'CredentialsNotFound'],
    ['missing key', found({ secret: SECRET }), 'CredentialsKeyNotFound'],
    ['missing signing key', found({ webhook: TOKEN }), 'CredentialsKeyNotFound'],
    ['white space inside a token', found({ webhook: 'abc def', secret: SECRET }), 'InvalidWebhook'],
    ['empty token', found({ webhook: ' \n', secret: SECRET }), 'InvalidWebhook'],
    [
      'a foreign host',
      found({ webhook: `https://evil.example/robot/send?access_token=${TOKEN}`, secret: SECRET }),
      'HostNotAllowed',
    ],
    [
      'white space inside the signing secret',
      found({ webhook: TOKEN, secret: 'SEC1 23' }),
      'InvalidSigningSecret',
    ],
  ])('with %s is refused and has no keys', (_, secret, reason) => {
    const { verdict, plan } = judge(secret);
    expect(verdict?.refusal?.reason).toBe(reason);
    expect(verdict?.rollout).toBe('none');
    expect(plan.configMap).toEqual({});
    expect(plan.secret).toEqual({});
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'that names the key %s is refused as for any other that is missing',
    (key) => {
      const named = robot({}, { webhook: { secretKeyRef: { name: 'payments-dingtalk', key } } });
      const secret = found({ webhook: TOKEN, secret: SECRET });
      const { resolution } = decide(
        snapshot({ robots: [named], credentials: new Map([[SECRET_NAME, secret]]) }),
      );
      expect(resolution.robots[0]?.verdict.refusal?.reason).toBe('CredentialsKeyNotFound');
    },
  );

  it('tells nothing of a Secret but that the key is missing', () => {
    const { verdict } = judge(found({ token: TOKEN, secret: SECRET }));
    expect(verdict?.refusal?.message).toBe(
      `spec.webhook.secretKeyRef.key: Secret ${SECRET_NAME} has no key "webhook". Correct the field, or add the key to the Secret.`,
    );
  });

  it.each([
    ['webhook', 'InvalidWebhook'],
    ['secret', 'InvalidSigningSecret'],
  ])('with a value for %s that is too long to be kept is refused', (key, reason) => {
    const data = { webhook: TOKEN, secret: SECRET, [key]: undefined };
    const kept = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
    const secret = { ...found(kept as Record<string, string>), tooLong: new Set([key]) } as CredentialSecret;
    const { verdict, plan } = judge(secret);
    expect(verdict?.refusal).toMatchObject({
      reason,
      message: expect.stringContaining('more than 4096 bytes'),
    });
    expect(plan.secret).toEqual({});
  });

  it('takes a token with white space around it', () => {
    const { plan } = judge(found({ webhook: `  ${TOKEN}\n`, secret: `${SECRET}\n` }));
    expect(plan.secret[`dt_${NAMESPACE}_payments`]).toContain(`access_token=${TOKEN}&timestamp=`);
  });

  it('warns of a pasted signature and leaves it out', () => {
    const webhook = `https://oapi.dingtalk.com/robot/send?access_token=${TOKEN}&timestamp=1&sign=abc`;
    const { verdict, plan } = judge(found({ webhook, secret: SECRET }));
    expect(verdict?.warnings.map(({ reason }) => reason)).toEqual(['PastedSignatureIgnored']);
    expect(plan.secret[`dt_${NAMESPACE}_payments`]).not.toContain('sign=abc');
  });

  it('has no live version of a deleted robot that had the same name, if its Secret cannot be read', () => {
    const live = settled(snapshot({ robots: [robot()] }));
    const [former] = live.robots as [DingTalkRobot];
    const again = {
      ...former,
      metadata: { ...former.metadata, uid: 'ffffffff-0000-4000-8000-000000000000' },
    };
    const credentials = new Map([[SECRET_NAME, { state: 'unreadable', message: '503' } as const]]);
    expect(decide({ ...live, credentials }).plan.secret).not.toEqual({});
    expect(decide({ ...live, robots: [again], credentials }).plan.secret).toEqual({});
  });

  it('keeps its live URL while its Secret can not be read, until the signature ends', () => {
    const unreadable = new Map([[SECRET_NAME, { state: 'unreadable', message: '503' } as const]]);
    const live = snapshot(team());
    const url = settled(live).target.secret?.data;
    const soon = decide({ ...settled(live, 59 * 60_000), credentials: unreadable });
    expect(soon.plan.secret).toEqual(url);
    expect(soon.resolution.robots[0]?.verdict.refusal?.reason).toBe('CredentialsUnreadable');
    const late = decide({ ...settled(live, 61 * 60_000), credentials: unreadable });
    expect(late.plan.secret).toEqual({});
  });

  it('does not take over a key of the same name that somebody else made', () => {
    const service = `dt_${NAMESPACE}_payments`;
    const inConfigMap = liveObject({ [serviceKey(service)]: 'url: https://example.com' });
    const inSecret = liveObject({ [service]: 'https://example.com' });
    for (const target of [
      { configMap: inConfigMap, secret: liveObject() },
      { configMap: liveObject(), secret: inSecret },
    ]) {
      const { resolution, writes } = decide(snapshot({ ...team(), target }));
      expect(resolution.robots[0]?.verdict.refusal?.reason).toBe('KeyTaken');
      expect(writes.steps).toEqual([]);
    }
  });
});
