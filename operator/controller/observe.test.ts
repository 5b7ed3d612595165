import { expect, it } from 'vitest';
import { decide } from '../core/decide.ts';
import { config, settled, snapshot, team } from '../core/testing/fixtures.ts';
import { observedAfter, type WriteOutcome } from './observe.ts';

const parts = { config: config(), conflicts: { contested: () => [], report: async () => undefined } };
const DONE: WriteOutcome = { admission: { steps: [], isPaced: false } };

/** What the statuses wait for, after a run that has written `outcome` and then decides on this snapshot. */
const awaited = (before = snapshot(team()), outcome = DONE) =>
  observedAfter({ decision: decide(before), snapshot: before, round: 'answered' }, outcome, parts).awaits;

it('statuses wait for the next run where answers have allowed more since the writes', () => {
  expect(awaited()).toEqual({ engine: false, turn: true });
  expect(awaited(settled(snapshot(team())))).toEqual({ engine: false, turn: false });
});

it('names the RelayRoutes that could not be written, each with its error', () => {
  const before = settled(snapshot(team()));
  const routeFailures = new Map([['team.a', new Error('no room')]]);
  const { unwrittenRoutes, obstacle } = observedAfter(
    { decision: decide(before), snapshot: before, round: 'answered' },
    { ...DONE, routeFailures },
    parts,
  );
  expect(unwrittenRoutes?.get('team.a')).toEqual({ reason: 'WriteFailed', message: 'no room' });
  expect(obstacle).toBeUndefined();
});

it('statuses do not wait where the writes have failed, or another writer holds them up', () => {
  expect(awaited(undefined, { ...DONE, failure: new Error('no') })).toMatchObject({ turn: false });
  const held = { steps: [], isPaced: false, againAt: 1 };
  expect(awaited(undefined, { admission: held })).toMatchObject({ turn: false });
});
