import { describe, expect, it } from 'vitest';
import type { DingTalkRobot } from '../../api/kinds.ts';
import { decide } from '../decide.ts';
import type { Snapshot } from '../model/snapshot.ts';
import {
  found,
  liveObject,
  NAMESPACE,
  robot,
  SECRET,
  settled,
  snapshot,
  subscription,
  TOKEN,
} from '../testing/fixtures.ts';
import { lent, TO_LENT, twoTeams, uses } from '../testing/sharing.ts';

const EVENTS = [{ trigger: 'on-sync-failed' }, { trigger: 'on-deployed' }];
const zoned = (timeZone: string, spec: Partial<DingTalkRobot['spec']> = {}, generation = 1) =>
  robot({ generation }, { timeZone, ...spec });
/** Of a group that reads its times in Shanghai, and another one. */
const other = robot({ name: 'other' });
const TO_BOTH = { robots: [{ name: 'payments' }, { name: 'other' }], events: EVENTS };
const live = settled(
  snapshot({ robots: [zoned('Asia/Shanghai'), other], subscriptions: [subscription({}, TO_BOTH)] }),
);
const bodies = (before: Snapshot) => Object.values(decide(before).plan.configMap).join('\n');
const rewritten = (before: Snapshot, ...robots: DingTalkRobot[]): Snapshot => ({ ...before, robots });

describe('the messages of a live robot whose spec is refused', () => {
  it.each([
    ['an unknown zone', zoned('Asia/Shangai', {}, 2)],
    ['one that Go knows in another case only', zoned('asia/shanghai', {}, 2)],
    ['other words beside it', zoned('Asia/Shangai', { locale: 'zh-CN', keywords: ['ops'] }, 2)],
    ['a field that nobody knows', zoned('UTC', { colour: 'red' } as never, 2)],
  ])('stay as they are: %s', (_, mistaken) => {
    const { resolution, writes } = decide(rewritten(live, mistaken, other));
    expect(resolution.robots.find(({ cr }) => cr === mistaken)?.verdict).toMatchObject({
      rollout: 'lastGood',
      refusal: { reason: expect.stringMatching(/^(UnknownTimeZone|UnsupportedField)$/) },
    });
    expect(writes.steps).toEqual([]);
    expect(resolution.subscriptions[0]?.verdict.refusal).toBeUndefined();
  });

  it('suggest the zone that is meant', () => {
    const { resolution } = decide(rewritten(live, zoned('Asia/Shangai'), other));
    expect(resolution.robots.map(({ verdict }) => verdict.refusal?.message)).toContain(
      'spec.timeZone: there is no time zone Asia/Shangai. Did you mean Asia/Shanghai?',
    );
  });

  it('stay while those of another robot change', () => {
    const both = rewritten(
      live,
      zoned('Asia/Shangai', { keywords: ['mine'] }),
      robot({ name: 'other' }, { keywords: ['ops'] }),
    );
    const text = bodies(both);
    expect(text).toContain('`Asia/Shanghai`');
    expect(text).toContain('ops');
    expect(text).not.toContain('mine');
    const onlyOther = rewritten(
      live,
      zoned('Asia/Shanghai'),
      robot({ name: 'other' }, { keywords: ['ops'] }),
    );
    expect(decide(both).plan.configMap).toEqual(decide(onlyOther).plan.configMap);
  });

  it('follow an edit of the subscription, in the zone that was live', () => {
    const edited = {
      ...live,
      subscriptions: [subscription({ generation: 2 }, { ...TO_BOTH, events: EVENTS.slice(1) })],
    };
    const right = decide(rewritten(edited, zoned('Asia/Shanghai'), other)).plan;
    const wrong = rewritten(edited, zoned('Asia/Shangai'), other);
    expect(decide(wrong).plan.configMap).toEqual(right.configMap);
    expect(decide(settled(wrong)).writes.steps).toEqual([]);
  });

  it('are told in the zone of the installation, where none is live', () => {
    const added = { ...live, subscriptions: [...live.subscriptions, subscription({ name: 'new' }, TO_BOTH)] };
    const text = bodies(rewritten(added, zoned('Asia/Shangai'), other));
    expect(text).not.toContain('Shangai');
    expect(text).toContain('dt_team-payments_new');
  });

  it('do not come back where they were made with another access, raw ones for instance', () => {
    const before = Object.entries(live.target.configMap?.data ?? {});
    const withMark = (hash: string) => {
      const data = before.map(([key, value]) => [
        key,
        value.replace(/(argocd-dingtalk [0-9a-f]+\.1)\.[0-9a-f]{8}/, hash).replaceAll('msgtype', 'oldtype'),
      ]);
      const configMap = liveObject(Object.fromEntries(data), [...(live.target.configMap?.owned ?? [])]);
      return bodies(
        rewritten({ ...live, target: { ...live.target, configMap } }, zoned('Asia/Shangai'), other),
      );
    };
    expect(withMark('$&')).toContain('oldtype');
    expect(withMark('$1.00000000')).not.toContain('oldtype');
  });
});

describe('a robot whose Secrets are not read yet', () => {
  const unread = (before: Snapshot): Snapshot => ({ ...before, credentials: new Map() });

  it('stays as it is, however old its signature, and so do its subscriptions', () => {
    const old = { ...live, now: new Date(live.now.getTime() + 5 * 3_600_000) };
    const { plan, writes, resolution, questions } = decide(
      unread(rewritten(old, zoned('UTC', { keywords: ['ops'] }, 2), other)),
    );
    expect(writes.steps).toEqual([]);
    expect(plan.secret).toEqual(live.target.secret?.data);
    expect(resolution.robots.map(({ verdict }) => verdict.awaitsCredentials)).toEqual([true, true]);
    expect(resolution.subscriptions[0]?.verdict.awaitsCredentials).toBeUndefined();
    expect(questions.size).toBe(0);
  });

  it('is waited for by a subscription that comes to name it: then all goes live at once', () => {
    const fresh = robot({ name: 'fresh' }, { webhook: { secretKeyRef: { name: 'new', key: 'webhook' } } });
    const to = { ...TO_BOTH, robots: [...TO_BOTH.robots, { name: 'fresh' }] };
    const added = {
      ...live,
      robots: [...live.robots, fresh],
      subscriptions: [subscription({ generation: 2 }, to)],
    };
    const { resolution, writes } = decide(added);
    expect(resolution.subscriptions[0]).toMatchObject({
      verdict: { rollout: 'lastGood', awaitsCredentials: true },
    });
    expect(writes.steps).toEqual([]);
    const read = {
      ...added,
      credentials: new Map([
        ...live.credentials,
        [`${NAMESPACE}/new`, found({ webhook: TOKEN, secret: SECRET })],
      ]),
    };
    expect(decide(read as Snapshot).plan.entries[0]?.recipients).toHaveLength(3);
  });

  it('keeps no live subscription waiting, and nothing of a new one is live before', () => {
    const { plan } = decide(unread(snapshot({ robots: [robot()], subscriptions: [subscription()] })));
    expect(plan.configMap).toEqual({});
  });

  it('of another namespace is no secret to whom it is not shared with', () => {
    const before = unread(twoTeams({ robots: [lent()], subscriptions: [uses({ robots: TO_LENT })] }));
    const [only] = decide(before).resolution.subscriptions;
    expect(only?.verdict.awaitsCredentials).toBeUndefined();
    expect(only?.verdict.refusal?.reason).toBe('RobotNotFound');
  });
});
