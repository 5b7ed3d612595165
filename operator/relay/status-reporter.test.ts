import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RelayRoute, RelayRouteStatus } from '../api/relay-route.ts';
import { subscription } from '../core/testing/fixtures.ts';
import type { DeliveryOutcome } from '../dingtalk/outcome.ts';
import { recordingLog } from '../lib/testing/recording-log.ts';
import type { LastAnswer } from './model.ts';
import { indexRoutes } from './route-index.ts';
import { StatusReporter } from './status-reporter.ts';
import { compiledRoute } from './testing/routes.ts';

const clock = () => performance.now();
const ROBOT = 'team-payments/payments';
const NAME = 'team-payments.payments';
const OK: DeliveryOutcome = { reason: 'Delivering', class: 'ok', errcode: 0 };
const AT = Date.parse('2026-11-23T08:00:00Z');
const RELAYED = {
  namespace: 'team-payments',
  name: 'payments',
  at: '2026-11-23T08:00:00Z',
  reason: 'ok',
  errcode: 0,
};

let objects: Map<string, RelayRoute>;
let answers: Map<string, LastAnswer>;
let writes: [string, RelayRouteStatus][];
let write: (object: RelayRoute, status: RelayRouteStatus) => Promise<void>;
let reporter: StatusReporter;

beforeEach(() => {
  vi.useFakeTimers();
  const route = compiledRoute();
  [objects, answers, writes] = [new Map([[NAME, route]]), new Map(), []];
  write = async ({ metadata }, status) => {
    writes.push([metadata.name, status]);
    const object = objects.get(metadata.name);
    if (object) objects.set(metadata.name, { ...object, status });
  };
  reporter = new StatusReporter({
    routes: () => indexRoutes([...objects.values()]).routes,
    current: ({ name }) => objects.get(name),
    answers: () => answers,
    write: (object, status) => write(object, status),
    clock,
    log: recordingLog(),
  });
});

afterEach(async () => {
  await reporter.close();
  vi.useRealTimers();
});

const answered = (at: number, outcome = OK) =>
  answers.set(ROBOT, { robot: ROBOT, at, outcome, isIdle: true });

function edited(generation: number): void {
  const object = objects.get(NAME) as RelayRoute;
  objects.set(NAME, { ...object, metadata: { ...object.metadata, generation } });
}

/** Looks, and gives it this long. */
async function look(ms: number): Promise<void> {
  reporter.look();
  await vi.advanceTimersByTimeAsync(ms);
}

describe('the status of a route', () => {
  it('names a generation within a second of its loading, also right after another one', async () => {
    await look(1_000);
    edited(2);
    await look(1_000);
    edited(3);
    await look(1_000);
    expect(writes.map(([, { observedGeneration }]) => observedGeneration)).toEqual([1, 2, 3]);
  });

  it('is not written where nothing has changed', async () => {
    answered(AT);
    await look(1_000);
    await look(60_000);
    expect(writes).toEqual([[NAME, { observedGeneration: 1, robots: [RELAYED] }]]);
  });

  it('has the last answers, at most every ten seconds', async () => {
    await look(1_000);
    answered(AT);
    await look(1_000);
    answered(AT + 1_000, {
      reason: 'KeywordMissing',
      class: 'final',
      errcode: 310_000,
      words: 'w',
      ip: '1.2.3.4',
    });
    await look(1_000);
    answered(AT + 2_000);
    await look(6_000);
    expect(writes).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(writes.slice(1)).toEqual([
      [NAME, { observedGeneration: 1, robots: [{ ...RELAYED, at: '2026-11-23T08:00:02Z' }] }],
    ]);
    answered(AT, { reason: 'KeywordMissing', class: 'final', errcode: 310_000, words: 'w', ip: '1.2.3.4' });
    await look(11_000);
    expect(writes.at(-1)?.[1].robots).toEqual([
      { ...RELAYED, reason: 'KeywordMissing', errcode: 310_000, words: 'w', ip: '1.2.3.4' },
    ]);
  });

  it('has a later time of the same answer, at most every minute', async () => {
    answered(AT);
    await look(1_000);
    answered(AT + 1_000);
    await look(58_000);
    expect(writes).toHaveLength(1);
    answered(AT + 2_000);
    await look(2_000);
    expect(writes.slice(1).map(([, { robots = [] }]) => robots.map(({ at }) => at))).toEqual([
      ['2026-11-23T08:00:02Z'],
    ]);
  });

  it('is looked at alone after a change of its own', async () => {
    const others = Array.from({ length: 5 }, (_, each) => compiledRoute(subscription({ name: `s${each}` })));
    for (const other of others) objects.set(other.metadata.name, other);
    reporter.look(NAME);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(writes.map(([name]) => name)).toEqual([NAME]);
    reporter.look('gone');
    await look(1_000);
    expect(writes).toHaveLength(6);
  });

  it('names no generation before one that another replica has loaded', async () => {
    const object = objects.get(NAME) as RelayRoute;
    objects.set(NAME, { ...object, status: { observedGeneration: 5 } });
    answered(AT);
    await look(1_000);
    expect(writes.map(([, { observedGeneration }]) => observedGeneration)).toEqual([5]);
  });

  it('is tried again after a failure', async () => {
    const works = write;
    write = () => Promise.reject(new Error('away'));
    await look(1_000);
    write = works;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(writes).toHaveLength(1);
  });

  it('is one of four that are written at once', async () => {
    objects = new Map(
      Array.from({ length: 10 }, (_, each) => {
        const route = compiledRoute(subscription({ name: `s${each}` }));
        return [route.metadata.name, route];
      }),
    );
    const works = write;
    const { promise, resolve } = Promise.withResolvers<void>();
    let begun = 0;
    write = async (object, status) => {
      begun += 1;
      await promise;
      await works(object, status);
    };
    await look(60_000);
    expect(begun).toBe(4);
    resolve();
    await vi.advanceTimersByTimeAsync(1_000);
    expect([begun, new Set(writes.map(([name]) => name)).size]).toEqual([10, 10]);
  });
});
