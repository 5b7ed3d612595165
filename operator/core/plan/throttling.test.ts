import { expect, it } from 'vitest';
import type { ApplicationCriteria, SubscribedEvent } from '../../api/types.generated.ts';
import { decide } from '../decide.ts';
import { robot, snapshot, subscription } from '../testing/fixtures.ts';

const to = (
  name: string,
  applications: ApplicationCriteria,
  triggers: readonly string[],
  robotName = 'payments',
) =>
  subscription(
    { name },
    {
      robots: [{ name: robotName }],
      applications,
      events: triggers.map((trigger): SubscribedEvent => ({ trigger })),
    },
  );
const EVERYTHING = [
  'on-created',
  'on-deleted',
  'on-deployed',
  'on-health-degraded',
  'on-health-recovered',
  'on-health-suspended',
  'on-sync-failed',
  'on-sync-running',
  'on-sync-status-unknown',
  'on-sync-succeeded',
];
/** Created, begun, failed. */
const THREE = ['on-created', 'on-sync-running', 'on-sync-failed'];
const all = { all: true } as const;

const warnings = (...subscriptions: ReturnType<typeof to>[]) =>
  decide(snapshot({ robots: [robot(), robot({ name: 'second' })], subscriptions })).resolution.robots.map(
    ({ verdict }) => verdict.warnings,
  );

it.each<[string, ReturnType<typeof to>[]]>([
  ['one subscription to the whole catalogue', [to('a', all, EVERYTHING)]],
  [
    'ways in which a sync ends',
    ['a', 'b', 'c'].map((name) => to(name, all, ['on-sync-failed', 'on-sync-succeeded'])),
  ],
  ['subscriptions that never meet', ['a', 'b', 'c'].map((name) => to(name, { projects: [name] }, THREE))],
  ['two robots', [to('a', all, THREE), to('b', all, THREE, 'second')]],
  ['few applications by name', ['a', 'b'].map((name) => to(name, { names: ['x', 'y', 'z'] }, THREE))],
])('%s: nothing to warn of', (_, subscriptions) => {
  expect(warnings(...subscriptions)).toEqual([[], []]);
});

it.each<[string, ReturnType<typeof to>[]]>([
  ['two subscriptions to everything', [to('a', all, THREE), to('b', all, THREE)]],
  [
    'one to a project among those to everything',
    [to('a', all, THREE), to('b', { projects: ['p'] }, THREE), to('c', { projects: ['q'] }, THREE)],
  ],
])('%s: the robot is told', (_, subscriptions) => {
  const [first, second] = warnings(...subscriptions);
  expect(first).toMatchObject([
    { reason: 'ThrottlingPossible', message: expect.stringContaining('more than 20 messages in a minute') },
  ]);
  expect(second).toEqual([]);
});
