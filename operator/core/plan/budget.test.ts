import { describe, expect, it } from 'vitest';
import { serviceKey } from '../../argocd/names.ts';
import { decide } from '../decide.ts';
import {
  found,
  limited,
  liveObject,
  NAMESPACE,
  robot,
  SECRET,
  settled,
  snapshot,
  subscription,
  TOKEN,
} from '../testing/fixtures.ts';

const at = (name: string, minute: number) =>
  subscription(
    { name, creationTimestamp: `2026-11-23T07:0${minute}:00Z` },
    { events: [{ trigger: 'on-deployed' }] },
  );
const reasons = (before: Parameters<typeof decide>[0]) =>
  Object.fromEntries(
    decide(before).resolution.subscriptions.map(({ cr, verdict }) => [
      cr.metadata.name,
      verdict.refusal?.reason,
    ]),
  );

const bytes = (data: Readonly<Record<string, string>>): number =>
  Object.entries(data).reduce((sum, [key, value]) => sum + key.length + Buffer.byteLength(value), 0);
const robots = [robot()];
const ofRobot = bytes(decide(snapshot({ robots })).plan.configMap);
const ofOne = bytes(decide(snapshot({ robots, subscriptions: [at('e', 1)] })).plan.configMap) - ofRobot;
/** Room for three, and half of a fourth. */
const small = limited({ configMapBytes: Math.round(ofRobot + 3.5 * ofOne + 1_000) });

const five = snapshot({
  config: small,
  robots,
  subscriptions: [at('e', 1), at('d', 2), at('c', 3), at('b', 4), at('a', 5)],
});

it('refuses the newest, and says how much it needs', () => {
  expect(reasons(five)).toEqual({
    e: undefined,
    d: undefined,
    c: undefined,
    b: 'TargetFull',
    a: 'TargetFull',
  });
  const refused = decide(five).resolution.subscriptions.find(({ cr }) => cr.metadata.name === 'a');
  expect(refused?.verdict.refusal?.message).toMatch(
    /\d+ bytes are needed .*, and limits\.configMapBytes is \d+\./,
  );
  const { plan } = decide(five);
  expect(bytes(plan.configMap)).toBeLessThan(small.limits.configMapBytes);
  expect(plan.configMap[serviceKey(`dt_${NAMESPACE}_payments`)]).toBeDefined();
});

it('never pushes out a live resource, however old the newcomer is', () => {
  const live = settled(five);
  const older = at('older', 0);
  expect(reasons({ ...live, subscriptions: [...live.subscriptions, older] })).toMatchObject({
    older: 'TargetFull',
    e: undefined,
    c: undefined,
  });
});

it('admits the next one when a resource is removed', () => {
  const live = settled(five);
  const rest = live.subscriptions.filter(({ metadata }) => metadata.name !== 'e');
  expect(reasons({ ...live, subscriptions: rest })).toEqual({
    d: undefined,
    c: undefined,
    b: undefined,
    a: 'TargetFull',
  });
});

it('counts foreign content of the ConfigMap', () => {
  const configMap = {
    uid: 'x',
    resourceVersion: '1',
    owned: new Set<string>(),
    managers: [],
    owners: [],
    data: { 'template.big': 'x'.repeat(2 * ofOne) },
  };
  const target = { ...five.target, configMap };
  expect(reasons({ ...five, target })).toMatchObject({ e: undefined, d: 'TargetFull' });
});

describe('no live resource', () => {
  it('is pushed out by another one that grows; that one stays as it was', () => {
    const live = settled({ ...five, subscriptions: five.subscriptions.slice(0, 3) });
    const [oldest, ...rest] = live.subscriptions;
    const events = ['on-deployed', 'on-sync-failed', 'on-created'].map((trigger) => ({ trigger }));
    const grown = { ...oldest, spec: { ...oldest?.spec, events } } as ReturnType<typeof at>;
    const after = { ...live, subscriptions: [grown, ...rest] };
    expect(reasons(after)).toEqual({ e: 'TargetFull', d: undefined, c: undefined });
    expect(decide(after).writes.steps).toEqual([]);
  });

  it('is pushed out by foreign content, by a lower limit, or by a new robot', () => {
    const live = settled({ ...five, subscriptions: five.subscriptions.slice(0, 3) });
    const robotToo = [...live.robots, robot({ name: 'newcomer' })];
    const tight = limited({ configMapBytes: 1_000 });
    const big = liveObject({ ...live.target.configMap?.data, 'template.big': 'x'.repeat(2 * ofOne) }, [
      ...(live.target.configMap?.owned ?? []),
    ]);
    for (const change of [
      { config: tight },
      { target: { ...live.target, configMap: big } },
      { robots: robotToo, config: tight },
    ]) {
      const decision = decide({ ...live, ...change });
      expect(decision.resolution.subscriptions.map(({ verdict }) => verdict.refusal)).toEqual(
        [0, 1, 2].map(() => undefined),
      );
      expect(decision.writes.steps).toEqual([]);
    }
    const { resolution } = decide({ ...live, robots: robotToo, config: tight });
    expect(resolution.robots.map(({ cr, verdict }) => [cr.metadata.name, verdict.refusal?.reason])).toEqual([
      ['newcomer', 'TargetFull'],
      ['payments', undefined],
    ]);
  });

  it('needs room for an edit that does not grow', () => {
    const live = settled({ ...five, subscriptions: five.subscriptions.slice(0, 3), config: small });
    const renamed = live.subscriptions.map((each) => ({
      ...each,
      spec: { ...each.spec, applications: { projects: ['pa'] } },
    }));
    const tight = limited({ configMapBytes: 1_000 });
    expect(reasons({ ...live, subscriptions: renamed, config: tight })).toEqual({
      e: undefined,
      d: undefined,
      c: undefined,
    });
  });
});

describe('the Secret', () => {
  const many = ['a', 'b', 'c'].map((name, minute) =>
    robot({ name, creationTimestamp: `2026-11-23T07:0${9 - minute}:00Z` }),
  );
  const ofUrl = bytes(decide(snapshot({ robots: many.slice(0, 1) })).plan.secret);
  const withSecret = (secretBytes: number, unseenBytes: number) =>
    snapshot({
      robots: many,
      config: limited({ secretBytes }),
      target: { configMap: liveObject(), secret: { ...liveObject(), unseenBytes } },
    });
  const robotReasons = (before: Parameters<typeof decide>[0]) =>
    Object.fromEntries(
      decide(before).resolution.robots.map(({ cr, verdict }) => [cr.metadata.name, verdict.refusal?.reason]),
    );

  it('has room for so many robots beside foreign keys, the oldest first', () => {
    const roomy = withSecret(10_000 + Math.round(2.5 * ofUrl), 10_000);
    expect(robotReasons(roomy)).toEqual({ a: 'TargetFull', b: undefined, c: undefined });
    const { refusal } = decide(roomy).resolution.robots[0]?.verdict ?? {};
    expect(refusal?.message).toMatch(
      /^Argo CD's Secret has no room for this resource: \d+ bytes are needed .* limits\.secretBytes is \d+/,
    );
    const live = settled(roomy);
    expect(
      robotReasons({ ...live, robots: live.robots.filter(({ metadata }) => metadata.name !== 'b') }),
    ).toEqual({ a: undefined, c: undefined });
  });

  it('keeps a live robot whose token is rotated', () => {
    const live = settled(snapshot({ robots: many.slice(0, 1) }));
    const credentials = new Map([
      [`${NAMESPACE}/payments-dingtalk`, found({ webhook: `${TOKEN}ff`, secret: SECRET })],
    ]);
    const { plan } = decide({ ...live, credentials, config: limited({ secretBytes: 1_000 }) });
    expect(Object.values(plan.secret)[0]).toContain(`${TOKEN}ff`);
  });

  it('that is full is reported by the subscription to that robot, too', () => {
    const to = subscription({}, { robots: [{ name: 'a' }, { name: 'c' }] });
    const [only] = decide({ ...withSecret(10_000 + Math.round(2.5 * ofUrl), 10_000), subscriptions: [to] })
      .resolution.subscriptions;
    expect(only?.verdict).toMatchObject({
      rollout: 'current',
      refusal: {
        reason: 'RobotNotReady',
        message: 'spec.robots[0].name: DingTalkRobot a is not accepted (TargetFull).',
      },
    });
  });
});
