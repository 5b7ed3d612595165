import { beforeEach, describe, expect, it } from 'vitest';
import type { RelayRouteSpec } from '../api/relay-route.ts';
import type { RouteOutcome } from '../cluster/route-writer.ts';
import { type Decision, decide } from '../core/decide.ts';
import { settled, snapshot, team } from '../core/testing/fixtures.ts';
import { ConflictError } from '../kubernetes/api-error.ts';
import { NotLeadingError } from '../kubernetes/fence.ts';
import { recordingLog } from '../lib/testing/recording-log.ts';
import { createRouteReporter } from './route-reporter.ts';
import { TargetGuard } from './target-guard.ts';
import { writeRound } from './write-round.ts';

const SPEC = {} as RelayRouteSpec;
const ROUTES = { apply: [{ name: 'team.new', spec: SPEC }], remove: ['team.old'] };
const INTERVAL = 2_000;

let now: number;
/** What was written, in order. */
let written: string[];
let guard: TargetGuard;
let failing: { apply?: Error; target?: Error; remove?: Error; fenced?: boolean };
let log: ReturnType<typeof recordingLog>;
let failed: unknown[];
beforeEach(() => {
  now = 1_000_000;
  written = [];
  failing = {};
  failed = [];
  log = recordingLog();
  guard = new TargetGuard({ intervalMs: INTERVAL, clock: () => now, onLoss: () => undefined });
});

async function eachOf(names: readonly string[], verb: string, error?: Error): Promise<RouteOutcome> {
  if (failing.fenced) throw new NotLeadingError('not sent');
  if (error) return { done: [], failures: new Map(names.map((name) => [name, error])) };
  written.push(...names.map((name) => `${verb} ${name}`));
  return { done: names, failures: new Map() };
}

/** A round of writes of a new team, or of one whose keys are all there. */
function round(before = snapshot(team()), routes: Decision['routes'] = ROUTES) {
  const decision = { ...decide(before), routes };
  return writeRound({ decision, snapshot: before, round: 'answered' }, {
    guard,
    writer: {
      write: async (steps: Decision['writes']['steps']) => {
        if (failing.target) throw failing.target;
        written.push(...steps.map((step) => (step.kind === 'apply' ? step.object : step.kind)));
      },
    },
    routes: {
      apply: (wanted: Decision['routes']['apply']) =>
        eachOf(
          wanted.map(({ name }) => name),
          'apply',
          failing.apply,
        ),
      remove: (names: readonly string[]) => eachOf(names, 'remove', failing.remove),
    },
    onWritten: () => undefined,
    onRoundWritten: () => undefined,
    onRoutesWritten: createRouteReporter(log, (error) => failed.push(error)),
    onWriteFailed: (error: unknown) => failed.push(error),
  } as never);
}

describe('RelayRoutes', () => {
  it('are written before the ConfigMap that lets Argo CD post for them, and deleted after it', async () => {
    const outcome = await round();
    expect(written).toEqual(['apply team.new', 'Secret', 'ConfigMap', 'subscriptions', 'remove team.old']);
    expect(outcome).toMatchObject({ hasRoutes: true, routeFailures: new Map() });
  });

  it('have their own rounds, at the pace of all writes', async () => {
    const steady = settled(snapshot(team()));
    expect(await round(steady)).toMatchObject({ admission: { isPaced: false } });
    expect(written).toEqual(['apply team.new', 'remove team.old']);
    now += INTERVAL - 1;
    expect(await round(steady)).toEqual({ admission: { steps: [], isPaced: true, againAt: now + 1 } });
    expect(guard.turnInMs()).toBe(1);
    now += 1;
    await round(steady);
    expect(written).toHaveLength(4);
    // Where nothing is to be written, nothing waits.
    expect(await round(steady, { apply: [], remove: [] })).toMatchObject({ admission: { isPaced: false } });
  });

  it('stay where the ConfigMap cannot be written', async () => {
    failing.target = new ConflictError('PATCH', 409, {});
    const outcome = await round();
    expect(outcome.failure).toBe(failing.target);
    expect(written).toEqual(['apply team.new']);
    expect(failed).toEqual([failing.target]);
  });

  it('stay while another writer holds the ConfigMap up', async () => {
    guard.admit = (steps) => ({ steps: steps.slice(0, 1), againAt: now + 1, isPaced: false });
    await round();
    expect(written).toEqual(['apply team.new', 'Secret']);
  });

  it('that cannot be written keep no others waiting, and their errors are reported', async () => {
    failing.apply = new Error('refused');
    const outcome = await round();
    expect(outcome.failure).toBeUndefined();
    expect(outcome.routeFailures).toEqual(new Map([['team.new', failing.apply]]));
    expect(written).toEqual(['Secret', 'ConfigMap', 'subscriptions', 'remove team.old']);
    expect(failed).toEqual([failing.apply]);
    expect(log.lines).toMatchObject([
      { fields: { count: 1, routes: ['team.old'] }, message: 'RelayRoutes written' },
      { fields: { count: 1, routes: ['team.new'] }, message: 'some RelayRoutes cannot be written' },
    ]);
  });

  it('do not count as a round where none of them is written', async () => {
    failing.apply = new Error('refused');
    const steady = settled(snapshot(team()));
    await round(steady, { ...ROUTES, remove: [] });
    expect(guard.pauseMs()).toBe(0);
  });

  it('keep everything else from being written where this replica does not lead any more', async () => {
    failing.fenced = true;
    expect((await round()).failure).toBeInstanceOf(NotLeadingError);
    expect(written).toEqual([]);
  });
});
