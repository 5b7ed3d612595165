import { expect, it } from 'vitest';
import { decide } from '../decide.ts';
import { limited } from '../testing/fixtures.ts';
import { lent, OWNER, TO_LENT, twoTeams, uses, WITH_USER } from '../testing/sharing.ts';

it.each([
  ['shared', lent(WITH_USER), 'RobotNotReady', `DingTalkRobot ${OWNER}/lent is not accepted (TargetFull).`],
  ['not shared', lent(), 'RobotNotFound', 'shares no DingTalkRobot lent with namespace'],
])(
  'a robot without room is told of to another namespace as it may know it: %s',
  (_, robot, reason, message) => {
    const subscriptions = [uses({ robots: TO_LENT })];
    const before = twoTeams({ robots: [robot], subscriptions, config: limited({ secretBytes: 100 }) });
    const { resolution } = decide(before);
    expect(resolution.robots.map(({ verdict }) => verdict.refusal?.reason)).toEqual([
      'TargetFull',
      'TargetFull',
    ]);
    expect(resolution.subscriptions[0]?.verdict).toMatchObject({ rollout: 'none', refusal: { reason } });
    expect(resolution.subscriptions[0]?.verdict.refusal?.message).toContain(message);
  },
);
