import { describe, expect, it } from 'vitest';
import type { Condition } from '../../api/kinds.ts';
import type { ApplicationCriteria } from '../../api/types.generated.ts';
import { decide } from '../decide.ts';
import { readLiveState } from '../model/live.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { statusUpdates } from '../status/statuses.ts';
import { limited, SILENT, settled } from '../testing/fixtures.ts';
import { sub, teams } from './testing/teams.ts';

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

it('warns subscriptions beyond the limit of conditions that Argo CD evaluates for every application', () => {
  expect(warnings(teams({ subscriptions, config: limited({ unscopedTriggers: 20 }) }))).toEqual([
    ['team-a/x'],
    ['team-b/older'],
    ['team-b/selecting'],
    [
      'team-c/newest',
      expect.stringMatching(
        /^spec\.applications: .* its conditions \(1\) .* more conditions than limits\.unscopedTriggers \(20\)\. /,
      ),
    ],
  ]);
});

it('warns no subscription that was there before', () => {
  const live = settled(
    teams({ subscriptions: subscriptions.slice(0, 3), config: limited({ unscopedTriggers: 20 }) }),
  );
  const old = sub('team-d', 'old-but-new', 5, { projects: ['x'] }, 0);
  const warned = warnings({ ...live, subscriptions: [...live.subscriptions, old] }).filter(
    (each) => each.length > 1,
  );
  expect(warned.map(([name]) => name)).toEqual(['team-d/old-but-new']);
});

describe('among the existing subscriptions', () => {
  const config = limited({ unscopedTriggers: 20 });
  /** All subscriptions are live, with the warnings in their statuses. */
  const told = (before: Snapshot): Snapshot => {
    const after = settled(before);
    const updates = statusUpdates(decide(after).resolution, {
      snapshot: after,
      live: readLiveState(after.target),
      plan: decide(after).plan,
    });
    const crs = after.subscriptions.map((cr) => {
      const { conditions = [] } = { ...cr.status, ...updates.find((each) => each.cr === cr)?.patch };
      return { ...cr, status: { conditions: conditions as Condition[] } };
    });
    return { ...after, subscriptions: crs };
  };
  const warned = (before: Snapshot) =>
    warnings(before).flatMap(([name, ...more]) => (more.length > 0 ? [name] : []));
  const there = told(teams({ subscriptions, config }));
  const edit = (name: string, events: number): Snapshot => ({
    ...there,
    subscriptions: there.subscriptions.map((cr) =>
      cr.metadata.name === name ? { ...cr, spec: sub('', '', events, { projects: ['x'] }).spec } : cr,
    ),
  });

  it('an edit that leaves too many conditions changes no other warning, and its own only where it grows', () => {
    const more = told({
      ...there,
      subscriptions: [...there.subscriptions, sub('team-d', 'last', 9, { projects: ['x'] }, 5)],
    });
    expect(warned(more)).toEqual(['team-c/newest', 'team-d/last']);
    const smaller = more.subscriptions.map((cr) =>
      cr.metadata.name === 'older' ? { ...cr, spec: sub('', '', 2, { projects: ['x'] }).spec } : cr,
    );
    expect(warned({ ...more, subscriptions: smaller })).toEqual(['team-c/newest', 'team-d/last']);
    expect(warned(edit('older', 11))).toEqual(['team-b/older', 'team-c/newest']);
  });

  it('no warning is left once the conditions are within the limit', () => {
    expect(warned(edit('older', 9))).toEqual([]);
  });
});

it('warns no subscription within the limit', () => {
  expect(warnings(teams({ subscriptions, config: limited({ unscopedTriggers: 21 }) })).flat()).toHaveLength(
    4,
  );
});

it('counts subscriptions that the engine has not judged yet, so no warning changes at the first start', () => {
  const whole = teams({ subscriptions, config: limited({ unscopedTriggers: 20 }) });
  // The engine has judged only the robots.
  const { questions } = decide({ ...whole, answers: SILENT });
  const robots = new Set(questions.keys());
  const slow: Snapshot['answers'] = { get: (key) => (robots.has(key) ? whole.answers.get(key) : undefined) };
  const newest = (before: Snapshot) => warnings(before).at(-1);
  expect(newest({ ...whole, answers: slow })).toEqual(newest(whole));
  expect(newest(whole)?.length).toBe(2);
});
