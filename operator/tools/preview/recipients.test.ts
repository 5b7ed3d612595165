import { describe, expect, it } from 'vitest';
import { decide } from '../../core/decide.ts';
import { robot, snapshot, subscription } from '../../core/testing/fixtures.ts';
import { chosenRecipients, nothingChosen, type RecipientFilter, unknownRecipient } from './recipients.ts';

const robots = [robot({ name: 'one' }), robot({ name: 'two' }), robot({ name: 'off' }, { suspend: true })];
const subscriptions = [
  subscription(
    { name: 'b' },
    { robots: [{ name: 'two' }, { name: 'off' }], events: [{ trigger: 'on-sync-failed' }] },
  ),
  subscription(
    { name: 'a' },
    {
      robots: [{ name: 'one' }, { name: 'two' }],
      events: [{ trigger: 'on-deployed' }, { trigger: 'on-sync-failed', name: 'failed' }],
    },
  ),
  subscription({ name: 'c' }, { suspend: true, robots: [{ name: 'one' }] }),
];
const judged = {
  resources: [...robots, ...subscriptions],
  decision: decide(snapshot({ robots, subscriptions })),
};

const chosen = (filter: RecipientFilter) =>
  chosenRecipients(judged, filter).map((each) =>
    [each.subscription.cr.metadata.name, each.event.name, each.robot.cr.metadata.name].join(' '),
  );

it('there is a message for each subscription, event and robot that can be sent to', () => {
  expect(chosen({})).toEqual([
    'a on-deployed one',
    'a on-deployed two',
    'a failed one',
    'a failed two',
    'b on-sync-failed two',
  ]);
});

it.each<[RecipientFilter, string[]]>([
  [{ robot: 'team-payments/one' }, ['a on-deployed one', 'a failed one']],
  [{ subscription: 'team-payments/b' }, ['b on-sync-failed two']],
  [{ event: 'failed', robot: 'team-payments/two' }, ['a failed two']],
  [{ subscription: 'team-payments/b', robot: 'team-payments/one' }, []],
  [{ subscription: 'team-payments/c' }, []],
])('%j narrows them', (filter, expected) => {
  expect(chosen(filter)).toEqual(expected);
  expect(unknownRecipient(judged, filter)).toBeUndefined();
});

describe('a filter', () => {
  it.each<[RecipientFilter, string]>([
    [
      { robot: 'one' },
      '--robot: there is no one; the files have team-payments/off, team-payments/one, team-payments/two',
    ],
    [
      { subscription: 'team-payments/d' },
      '--subscription: there is no team-payments/d; the files have team-payments/a, team-payments/b, team-payments/c',
    ],
    [
      { event: 'on-fire' },
      '--event: there is no on-fire; the files have failed, on-deployed, on-sync-failed',
    ],
  ])('%j with an unknown name lists the known names', (filter, message) => {
    expect(unknownRecipient(judged, filter)).toBe(message);
  });

  it('that matches nothing lists the messages', () => {
    expect(nothingChosen(judged)).toMatch(
      /the messages are:\n {2}team-payments\/a on-deployed → team-payments\/one\n/,
    );
    expect(nothingChosen({ decision: decide(snapshot()) })).toMatch(/^nothing would be sent/);
  });
});
