import { expect, it } from 'vitest';
import type { ApplicationCriteria } from '../../api/types.generated.ts';
import { decide } from '../decide.ts';
import { limited, settled } from '../testing/fixtures.ts';
import { sub, teams } from './testing.ts';

const selecting: ApplicationCriteria = { projects: ['s'], selector: { matchLabels: { team: 's' } } };
const subscriptions = [
  sub('team-a', 'x', 10, { projects: ['x'] }, 2),
  sub('team-b', 'older', 10, { projects: ['x'] }, 1),
  sub('team-b', 'selecting', 10, selecting, 3),
  sub('team-c', 'newest', 1, { projects: ['x'] }, 4),
];
const warnings = (before: Parameters<typeof decide>[0]) =>
  decide(before).resolution.subscriptions.map(({ cr: { metadata }, verdict }) => [
    `${metadata.namespace}/${metadata.name}`,
    ...verdict.warnings.flatMap(({ reason, message }) => (reason === 'CostlyRoute' ? [message] : [])),
  ]);

it('warns whoever comes after so many conditions that are looked at for every application', () => {
  expect(warnings(teams({ subscriptions, config: limited({ unscopedTriggers: 20 }) }))).toEqual([
    ['team-a/x'],
    ['team-b/older'],
    ['team-b/selecting'],
    [
      'team-c/newest',
      expect.stringMatching(
        /^spec\.applications: .* its 1 conditions .* more than limits\.unscopedTriggers, 20, /,
      ),
    ],
  ]);
});

it('warns nobody who was there before', () => {
  const live = settled(
    teams({ subscriptions: subscriptions.slice(0, 3), config: limited({ unscopedTriggers: 20 }) }),
  );
  const old = sub('team-d', 'old-but-new', 5, { projects: ['x'] }, 0);
  const warned = warnings({ ...live, subscriptions: [...live.subscriptions, old] }).filter(
    (each) => each.length > 1,
  );
  expect(warned.map(([name]) => name)).toEqual(['team-d/old-but-new']);
});

it('warns nobody within the limit', () => {
  expect(warnings(teams({ subscriptions, config: limited({ unscopedTriggers: 21 }) })).flat()).toHaveLength(
    4,
  );
});
