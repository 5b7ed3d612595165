import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateEngine } from '../../engine/locate.ts';
import { decideFully } from '../cluster/decide-fully.ts';
import { engineAsker, Gate } from '../cluster/gate.ts';
import type { Snapshot } from '../core/model/snapshot.ts';
import { config, NAMESPACE, robot, settled, snapshot, subscription, team } from '../core/testing/fixtures.ts';
import { createEngine } from '../engine/client.ts';
import type { Engine } from '../engine/types.ts';
import { createLogger } from '../lib/logger.ts';
import { differenceOf } from '../tools/diff/difference.ts';

let engine: Engine;
let gate: Gate;
beforeAll(() => {
  engine = createEngine({ program: locateEngine(), deadlineMs: 20_000 });
  gate = new Gate(engineAsker(engine), new Map(), createLogger('warn', process.stderr));
});
afterAll(() => engine.close());

const SERVICE = `dt_${NAMESPACE}_payments`;
const FAILED = `${SERVICE}_failed`;
const TIMELESS = { name: 'failed', when: "app.status?.operationState?.phase == 'Failed'" };
const TIMED = { ...TIMELESS, name: 'timed', eventTime: 'app.status?.operationState?.finishedAt' };
const EVENTS = [{ trigger: 'on-sync-failed' }, TIMELESS, TIMED];
const own = (spec: object = {}, generation = 2) => [
  subscription({ generation }, { events: EVENTS, ...spec }),
];

/** A cluster in which all keys of these resources are live since a minute. */
async function live(fields: Partial<Snapshot>): Promise<Snapshot> {
  const before = snapshot({ ...team(), ...fields });
  await decideFully(before, gate);
  return settled({ ...before, answers: gate.answers }, 60_000);
}

async function difference(before: Snapshot, fields: Partial<Snapshot>) {
  const [was, is] = [await decideFully(before, gate), await decideFully({ ...before, ...fields }, gate)];
  return differenceOf(was, is, before);
}

describe('an event that does not say when it happened', () => {
  const told = [{ trigger: FAILED, recipients: [SERVICE] }];

  it('is not told again where its condition stays, nor where it is new', async () => {
    const before = await live({ subscriptions: own({}, 1) });
    expect(await difference(before, { subscriptions: own() })).toMatchObject({ triggers: [], repeats: [] });
    const first = await difference(await live({}), { subscriptions: own() });
    expect(first.triggers.map(({ trigger }) => trigger)).toEqual([FAILED, `${SERVICE}_timed`]);
    expect(first.repeats).toEqual([]);
  });

  const { projects } = config().tenancy;
  it.each<[string, Partial<Snapshot>]>([
    [
      'its condition',
      { subscriptions: own({ events: [{ ...TIMELESS, when: `not not (${TIMELESS.when})` }, TIMED] }) },
    ],
    ['the criteria', { subscriptions: own({ applications: { all: true } }) }],
    ['a grant', { config: config({ tenancy: { projects: { ...projects, more: [NAMESPACE] } } }) }],
    ['the trust in destinations', { config: config({ tenancy: { projects, destinations: 'Ignored' } }) }],
    ['the mode', { config: config({ tenancy: { mode: 'open' } }) }],
  ])('may be told again where %s changes', async (_, change) => {
    const before = await live({ subscriptions: own({}, 1) });
    const found = await difference(before, change);
    expect(found.repeats).toEqual(told);
    expect(found.triggers.map(({ trigger }) => trigger)).toContain(FAILED);
  });

  it('may be told again to those who had it; to others it is told for the first time', async () => {
    const before = await live({ subscriptions: own({}, 1) });
    const robots = [robot(), robot({ name: 'second' })];
    const to = { robots: [{ name: 'payments' }, { name: 'second' }] };
    expect((await difference(before, { robots, subscriptions: own(to) })).repeats).toEqual([]);
    const both = await difference(before, {
      robots,
      subscriptions: own({ ...to, applications: { all: true } }),
    });
    expect(both.repeats).toEqual(told);
    const { recipients } = both.triggers.find(({ trigger }) => trigger === FAILED) ?? {};
    expect(recipients).toEqual([SERVICE, `dt_${NAMESPACE}_second`]);
  });
});
