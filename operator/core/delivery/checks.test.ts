import { describe, expect, it } from 'vitest';
import type { Condition, DingTalkRobot } from '../../api/kinds.ts';
import { RECONCILE_AT } from '../../api/names.ts';
import type { DeliveryOutcome } from '../../dingtalk/outcome.ts';
import { decide } from '../decide.ts';
import type { CheckMemory } from '../model/check-memory.ts';
import { readLiveState } from '../model/live.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { robotStatus } from '../status/robot.ts';
import {
  config,
  credentials,
  found,
  NAMESPACE,
  NOW,
  robot,
  SECRET,
  SILENT,
  settled,
  snapshot,
  TOKEN,
} from '../testing/fixtures.ts';
import { type DeliveryCheck, deliveryChecks, nextCheckAt } from './checks.ts';

const MINUTE = 60_000;
const KEY = `${NAMESPACE}/payments`;
const OK: DeliveryOutcome = { reason: 'Delivering', class: 'ok', errcode: 0, words: 'ok' };
const REFUSED: DeliveryOutcome = {
  reason: 'IPNotAllowed',
  class: 'final',
  errcode: 310000,
  words: 'ip 203.0.113.7 not in whitelist',
  ip: '203.0.113.7',
};
const SILENCE: DeliveryOutcome = { reason: 'Unreachable', class: 'retry', words: 'no answer within 4000 ms' };

const checksFor = (before: Snapshot): DeliveryCheck[] =>
  deliveryChecks(decide(before).resolution.robots, before);
const onlyCheck = (before: Snapshot): DeliveryCheck => {
  const [check, ...others] = checksFor(before);
  if (!check || others.length > 0) throw new Error(`${others.length} others`);
  return check;
};

function statusFor(before: Snapshot): NonNullable<DingTalkRobot['status']> {
  const { resolution, plan } = decide(before);
  const [resolved] = resolution.robots;
  if (!resolved) throw new Error('there is no robot');
  return robotStatus(resolved, { snapshot: before, live: readLiveState(before.target), plan });
}
const conditionOf = (before: Snapshot, type: string) =>
  statusFor(before).conditions?.find((each) => each.type === type) as Condition;
const delivering = (before: Snapshot) => {
  const { status, reason } = conditionOf(before, 'Delivering');
  return `${status}/${reason}`;
};

const fresh = (spec: Partial<DingTalkRobot['spec']> = {}) => settled(snapshot({ robots: [robot({}, spec)] }));

/** The snapshot after its check has ended with this outcome. */
function checked(before: Snapshot, outcome: DeliveryOutcome): Snapshot {
  const { fingerprint, requested } = onlyCheck(before);
  const memory: CheckMemory = { requested, observation: { fingerprint, outcome, checkedAt: before.now } };
  return { ...before, deliveries: new Map([[KEY, memory]]) };
}

/** The snapshot of another process, which knows only the status. */
function restarted(before: Snapshot, laterMs = 0): Snapshot {
  const [cr] = before.robots as [DingTalkRobot];
  const later = new Date(before.now.getTime() + laterMs);
  const robots = [{ ...cr, status: statusFor(before) }];
  return { ...before, robots, deliveries: new Map(), now: later };
}

const edited = (before: Snapshot, change: (cr: DingTalkRobot) => Partial<DingTalkRobot>): Snapshot => ({
  ...before,
  robots: before.robots.map((cr) => ({ ...cr, ...change(cr) })),
});
const annotated = (before: Snapshot, value: string) =>
  edited(before, ({ metadata }) => ({ metadata: { ...metadata, annotations: { [RECONCILE_AT]: value } } }));
const withSpec = (before: Snapshot, spec: Partial<DingTalkRobot['spec']>) =>
  edited(before, (cr) => ({ spec: { ...cr.spec, ...spec } }));
const at = (before: Snapshot, laterMs: number): Snapshot => ({
  ...before,
  now: new Date(NOW.getTime() + laterMs),
});
const isDue = (before: Snapshot) => (onlyCheck(before).dueAt ?? new Date(8.64e15)) <= before.now;

describe('a robot', () => {
  it('that is new is checked now, with the fields of its message', () => {
    const before = fresh({ keywords: ['deploy'], locale: 'zh-CN' });
    expect(onlyCheck(before)).toMatchObject({
      robot: KEY,
      requested: '',
      dueAt: NOW,
      credential: { signingSecret: SECRET },
      message: { namespace: NAMESPACE, name: 'payments', keywords: ['deploy'], locale: 'zh-CN' },
    });
    expect(delivering(before)).toBe('Unknown/NotVerified');
    expect(conditionOf(before, 'Ready')).toMatchObject({
      status: 'True',
      message: 'All known conditions hold. Unknown: Delivering.',
    });
  });

  it('gets its language from the installation unless it says its own', () => {
    const before = { ...fresh(), config: config({ robots: { locale: 'zh-CN' } }) };
    expect(onlyCheck(before).message.locale).toBe('zh-CN');
    expect(onlyCheck(withSpec(before, { locale: 'en' })).message.locale).toBe('en');
  });

  it('that works is not checked again, not by request and not after a restart', () => {
    const working = checked(fresh(), OK);
    expect(delivering(working)).toBe('True/Delivering');
    for (const after of [working, restarted(working), restarted(restarted(working), 90 * MINUTE)]) {
      expect(onlyCheck(after)).not.toHaveProperty('dueAt');
      expect(onlyCheck(annotated(after, 'now'))).not.toHaveProperty('dueAt');
      expect(delivering(after)).toBe('True/Delivering');
    }
  });

  it.each<[string, (before: Snapshot) => Snapshot]>([
    ['keywords', (before) => withSpec(before, { keywords: ['new'] })],
    [
      'token',
      (before) => ({
        ...before,
        credentials: new Map([
          [`${NAMESPACE}/payments-dingtalk`, found({ webhook: TOKEN.replace('a', 'b'), secret: SECRET })],
        ]),
      }),
    ],
    ['absent signature', (before) => edited(before, (cr) => ({ spec: { webhook: cr.spec.webhook } }))],
    [
      'uid',
      (before) => edited(before, ({ metadata }) => ({ metadata: { ...metadata, uid: 'ffffffff-another' } })),
    ],
  ])('with other %s is checked once more, in this process or the next', (_, change) => {
    const working = checked(fresh(), OK);
    for (const before of [working, restarted(working)]) {
      const after = settled(change(before));
      expect(isDue(after)).toBe(true);
      expect(delivering(after)).toBe('Unknown/NotVerified');
      expect(onlyCheck(checked(after, OK))).not.toHaveProperty('dueAt');
    }
  });

  it('with another language or time zone is not', () => {
    const after = settled(withSpec(checked(fresh(), OK), { locale: 'zh-CN', timeZone: 'Asia/Shanghai' }));
    expect(onlyCheck(after)).not.toHaveProperty('dueAt');
  });

  it('whose credentials come back is not checked again', () => {
    const working = restarted(checked(fresh(), OK));
    const away = {
      ...working,
      credentials: new Map([[`${NAMESPACE}/payments-dingtalk`, { state: 'missing' }]]),
    };
    expect(delivering(away as Snapshot)).toBe('Unknown/NotVerified');
    const back = { ...restarted(away as Snapshot), credentials: credentials() };
    expect(onlyCheck(back)).not.toHaveProperty('dueAt');
    expect(delivering(back)).toBe('True/Delivering');
  });
});

describe('a robot that DingTalk refuses', () => {
  it('shows reason, code, meaning, remedy and address', () => {
    const refused = checked(fresh(), REFUSED);
    const condition = conditionOf(refused, 'Delivering');
    expect(condition).toMatchObject({ status: 'False', reason: 'IPNotAllowed' });
    expect(condition.message).toBe(
      'The robot accepts messages only from certain IP addresses, and 203.0.113.7 is not one of them ' +
        '(errcode 310000: ip 203.0.113.7 not in whitelist). ' +
        "Add the address to the IP ranges (IP地址段) in the robot's security settings. In a cluster, this is usually the address of " +
        "the NAT gateway. If Argo CD's controller uses another address, add that address too. " +
        "DingTalk gave this answer to the operator; Argo CD's controller may reach DingTalk another way.",
    );
    expect(conditionOf(refused, 'Ready')).toMatchObject({ status: 'False', reason: 'IPNotAllowed' });
    expect(statusFor(refused).delivery).toEqual({
      fingerprint: onlyCheck(refused).fingerprint,
      checkedAt: '2026-11-23T08:00:00Z',
      errcode: 310000,
    });
  });

  it('is tried again after ten minutes, in this process or the next, and not before', () => {
    const refused = checked(fresh(), REFUSED);
    for (const before of [refused, restarted(refused)]) {
      expect(isDue(at(before, 10 * MINUTE - 1_000))).toBe(false);
      expect(isDue(at(before, 10 * MINUTE))).toBe(true);
      expect(nextCheckAt(checksFor(before), NOW)).toEqual(new Date(NOW.getTime() + 10 * MINUTE));
      // Meanwhile, and while the next check is under way, the condition stays the same.
      expect(conditionOf(at(before, 11 * MINUTE), 'Delivering')).toEqual(conditionOf(refused, 'Delivering'));
    }
  });

  it('is tried again at once when its author asks for it, and once only', () => {
    const refused = checked(annotated(fresh(), 'first'), REFUSED);
    expect(isDue(at(refused, MINUTE))).toBe(false);
    const asked = annotated(at(refused, MINUTE), 'second');
    expect(isDue(asked)).toBe(true);
    expect(onlyCheck(asked).requested).toBe('second');
    expect(isDue(at(checked(asked, REFUSED), 2 * MINUTE))).toBe(false);
  });

  it('is not checked again after a restart because of an old request of its author', () => {
    const after = restarted(checked(annotated(fresh(), 'first'), REFUSED), MINUTE);
    expect(isDue(after)).toBe(false);
    const seen = { ...after, deliveries: new Map([[KEY, { requested: 'first' }]]) };
    expect(isDue(seen)).toBe(false);
    expect(isDue(annotated(seen, 'second'))).toBe(true);
  });

  it('is tried again when the clock was set back, or the status was tampered with', () => {
    const refused = checked(fresh(), REFUSED);
    expect(isDue(at(refused, -2 * MINUTE))).toBe(true);
    const tampered = edited(restarted(refused), ({ status }) => ({
      status: { ...status, delivery: { ...status?.delivery, checkedAt: 'never' } },
    }));
    expect(isDue(tampered)).toBe(true);
  });

  it('shows an answer that never came, without a code', () => {
    const silent = checked(restarted(checked(fresh(), REFUSED)), SILENCE);
    expect(delivering(silent)).toBe('False/Unreachable');
    expect(statusFor(silent).delivery).not.toHaveProperty('errcode');
    expect(isDue(restarted(silent, 9 * MINUTE))).toBe(false);
    expect(isDue(restarted(silent, 10 * MINUTE))).toBe(true);
  });

  it('is checked at once after a suspension, since no status has the failure any more', () => {
    const refused = restarted(checked(fresh(), REFUSED));
    const suspended = restarted(withSpec(refused, { suspend: true }));
    const resumed = withSpec(suspended, { suspend: false });
    expect(delivering(resumed)).toBe('Unknown/NotVerified');
    expect(isDue(resumed)).toBe(true);
  });
});

describe('a test message that is announced', () => {
  const SENDING_AT = '2026-11-23T08:00:00Z';
  const announce = (before: Snapshot): Snapshot => {
    const { fingerprint, requested } = onlyCheck(before);
    const announced = { fingerprint, sendingAt: SENDING_AT };
    const memory: CheckMemory = { ...before.deliveries.get(KEY), requested, announced };
    return { ...before, deliveries: new Map([[KEY, memory]]) };
  };
  /** The snapshot of the same process, after the status was written. */
  const written = (before: Snapshot): Snapshot =>
    edited(before, () => ({ status: statusFor(before) }) as Partial<DingTalkRobot>);

  it('is in the status before it is sent, and is due until then', () => {
    const announced = announce(fresh());
    expect(statusFor(announced).delivery).toEqual({
      fingerprint: onlyCheck(announced).fingerprint,
      sendingAt: SENDING_AT,
    });
    expect(conditionOf(announced, 'Delivering')).toMatchObject({
      status: 'Unknown',
      reason: 'NotVerified',
      message: 'The operator is sending a test message.',
    });
    expect(isDue(announced)).toBe(true);
    expect(isDue(written(announced))).toBe(true);
    expect(statusFor(written(announced))).toEqual(statusFor(announced));
  });

  it('is forgotten with its outcome', () => {
    const done = checked(written(announce(fresh())), OK);
    expect(statusFor(done).delivery).not.toHaveProperty('sendingAt');
    expect(delivering(done)).toBe('True/Delivering');
  });

  it('is not sent again by the next process, which says so, unless the author asks for it', () => {
    const next = restarted(announce(fresh()), 90 * MINUTE);
    expect(onlyCheck(next)).not.toHaveProperty('dueAt');
    const condition = conditionOf(next, 'Delivering');
    expect(condition).toMatchObject({ status: 'Unknown', reason: 'NotVerified' });
    expect(condition.message).toContain('does not know whether the message came');
    expect(condition.message).toContain(RECONCILE_AT);
    expect(statusFor(next).delivery).toHaveProperty('sendingAt', SENDING_AT);
    const seen = { ...next, deliveries: new Map([[KEY, { requested: '' }]]) };
    expect(isDue(annotated(seen, 'again'))).toBe(true);
    expect(delivering(checked(annotated(seen, 'again'), OK))).toBe('True/Delivering');
  });

  it('does not hide an earlier refusal, and is not sent again after it either', () => {
    const refused = checked(fresh(), REFUSED);
    const announced = announce(at(refused, 11 * MINUTE));
    expect(conditionOf(announced, 'Delivering')).toEqual(conditionOf(refused, 'Delivering'));
    expect(statusFor(announced).delivery).toMatchObject({ errcode: 310000, sendingAt: SENDING_AT });
    const next = restarted(announced, 30 * MINUTE);
    expect(onlyCheck(next)).not.toHaveProperty('dueAt');
    expect(delivering(next)).toBe('Unknown/NotVerified');
  });

  it('that was not sent after all leaves no trace', () => {
    const told = written(announce(fresh()));
    const memory: CheckMemory = { requested: '', retracted: SENDING_AT };
    const retracted = { ...told, deliveries: new Map([[KEY, memory]]) };
    expect(statusFor(retracted)).not.toHaveProperty('delivery');
    expect(isDue(restarted(retracted))).toBe(true);
    const refused = announce(at(restarted(checked(fresh(), REFUSED)), 11 * MINUTE));
    const back = { ...written(refused), deliveries: new Map([[KEY, memory]]) };
    expect(statusFor(back).delivery).toMatchObject({ errcode: 310000 });
    expect(statusFor(back).delivery).not.toHaveProperty('sendingAt');
    expect(delivering(back)).toBe('False/IPNotAllowed');
  });

  it('with other credentials than those of the robot now does not count', () => {
    const next = settled(withSpec(restarted(announce(fresh())), { keywords: ['new'] }));
    expect(isDue(next)).toBe(true);
  });
});

describe('no check is due for a robot', () => {
  it('that is suspended', () => {
    const suspended = withSpec(checked(fresh(), OK), { suspend: true });
    expect(checksFor(suspended)).toEqual([]);
    expect(conditionOf(suspended, 'Delivering').message).toContain('is suspended');
    const resumed = withSpec(restarted(suspended), { suspend: false });
    expect(onlyCheck(resumed)).not.toHaveProperty('dueAt');
    expect(delivering(resumed)).toBe('True/Delivering');
  });

  it('whose credentials are refused', () => {
    const refused = { ...fresh(), credentials: new Map([[`${NAMESPACE}/payments-dingtalk`, found({})]]) };
    expect(checksFor(refused)).toEqual([]);
    expect(delivering(refused)).toBe('Unknown/NotVerified');
  });

  it('that has checks switched off, by the robot or by the installation', () => {
    const own = fresh({ verify: 'Never' });
    expect(checksFor(own)).toEqual([]);
    expect(conditionOf(own, 'Delivering')).toMatchObject({ status: 'Unknown', reason: 'NotVerified' });
    expect(conditionOf(own, 'Delivering').message).toMatch(/^spec\.verify is Never/);
    const installation = { ...fresh(), config: config({ robots: { verify: 'Never' } }) };
    expect(checksFor(installation)).toEqual([]);
    expect(conditionOf(installation, 'Delivering').message).toMatch(/^robots\.verify of the operator's conf/);
    expect(isDue(withSpec(installation, { verify: 'OnChange' }))).toBe(true);
  });

  it('that the engine has not judged yet, but the robot stays in the list', () => {
    const before = snapshot({ robots: [robot()], answers: SILENT });
    expect(onlyCheck(before)).not.toHaveProperty('dueAt');
    expect(delivering(before)).toBe('Unknown/NotVerified');
  });
});

it('no credential is in a status', () => {
  for (const outcome of [OK, REFUSED, SILENCE]) {
    const text = JSON.stringify(statusFor(checked(fresh(), outcome)));
    expect(text).not.toMatch(new RegExp(`${TOKEN}|${SECRET}|access_token|sign=`));
  }
});
