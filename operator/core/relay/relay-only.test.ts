import { expect, it } from 'vitest';
import type { DingTalkRobot } from '../../api/kinds.ts';
import { relayRouteName } from '../../api/relay-route.ts';
import { decide } from '../decide.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { liveRoute, NAMESPACE, relayed, robot, snapshot, team } from '../testing/fixtures.ts';

/** What only the relay can do for a robot: it is in the robot's route, and direct delivery goes on without it. */

const QUIET = { from: '22:00', to: '08:00' } as const;
const OTHER = { webhook: { secretKeyRef: { name: 'third', key: 'webhook' } } };

const withSpec = (before: Snapshot, spec: Partial<DingTalkRobot['spec']>, generation = 1): Snapshot => ({
  ...before,
  robots: before.robots.map(({ metadata, spec: own }) =>
    robot({ ...metadata, generation }, { ...own, ...spec }),
  ),
});
const routedRobot = (before: Snapshot) =>
  decide(before).plan.routes.get(relayRouteName(NAMESPACE, 'payments'))?.robots[0];
const verdictOf = (before: Snapshot) => decide(before).resolution.robots[0]?.verdict;

it('quiet hours have the time zone of the robot, unless they have their own', () => {
  const berlin = withSpec(relayed(team()), { timeZone: 'Europe/Berlin', quietHours: QUIET });
  expect(routedRobot(berlin)?.quietHours).toEqual({ ...QUIET, timeZone: 'Europe/Berlin' });
  const whole = { ...QUIET, timeZone: 'Asia/Tokyo', days: ['Mon' as const], except: { mentions: true } };
  expect(routedRobot(withSpec(berlin, { quietHours: whole }))?.quietHours).toEqual(whole);
  expect(routedRobot(relayed(team()))).not.toHaveProperty('quietHours');
  expect(verdictOf(berlin)).toEqual({ rollout: 'current', warnings: [] });
});

it('quiet hours of a zone that nobody knows are refused, and the former ones stay', () => {
  const former = withSpec(relayed(team()), { quietHours: QUIET });
  const routes = [...decide(former).plan.routes].map(([name, spec]) => liveRoute(name, spec));
  const wrong = withSpec(relayed(team(), routes), { quietHours: { ...QUIET, timeZone: 'Asia/Beijing' } }, 2);
  expect(verdictOf(wrong)).toMatchObject({
    rollout: 'lastGood',
    refusal: {
      reason: 'UnknownTimeZone',
      message: expect.stringMatching(/^spec\.quietHours\.timeZone: .* Did you mean Asia\/Shanghai\?$/),
    },
  });
  expect(routedRobot(wrong)?.quietHours).toEqual({ ...QUIET, timeZone: 'UTC' });
});

it('a pool is the keys of further Secrets', () => {
  const [webhook, signing] = [
    { name: 'second', key: 'webhook' },
    { name: 'second', key: 'secret' },
  ];
  const pool = [{ webhook: { secretKeyRef: webhook }, signing: { secretKeyRef: signing } }, OTHER];
  const pooled = withSpec(relayed(team()), { pool });
  expect(routedRobot(pooled)?.pool).toEqual([{ webhook, signing }, { webhook: OTHER.webhook.secretKeyRef }]);
  expect(routedRobot(relayed(team()))).not.toHaveProperty('pool');
  expect(verdictOf(pooled)).toEqual({ rollout: 'current', warnings: [] });
});

it('direct delivery goes on without both, and says so', () => {
  const before = snapshot(team());
  const direct = withSpec(before, { pool: [OTHER], quietHours: QUIET });
  expect(verdictOf(direct)).toEqual({
    rollout: 'current',
    warnings: [
      { reason: 'NeedsRelay', message: expect.stringMatching(/^spec\.pool: /) },
      { reason: 'NeedsRelay', message: expect.stringMatching(/^spec\.quietHours: /) },
    ],
  });
  expect(decide(direct).plan.configMap).toEqual(decide(before).plan.configMap);
});
