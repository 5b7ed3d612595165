import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SimulatedLease, SimulatedReplica } from './testing/simulated-replicas.ts';

const SECOND = 1_000;

let server: SimulatedLease;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  vi.setSystemTime(new Date('2026-11-23T08:00:00Z'));
  server = new SimulatedLease();
});
afterEach(() => void vi.useRealTimers());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

function replica(name: string, rate?: number): SimulatedReplica {
  const made = new SimulatedReplica(server, name, rate);
  made.election.start();
  return made;
}

/** Two replicas, of which the first leads. */
async function leaderAndOther(): Promise<[SimulatedReplica, SimulatedReplica]> {
  const leader = replica('a');
  await pass(SECOND);
  const other = replica('b');
  await pass(3 * SECOND);
  expect([leader.writes, other.writes]).toEqual([true, false]);
  return [leader, other];
}

/** In how many milliseconds this comes true; fails after a minute. */
async function until(isTrue: () => boolean): Promise<number> {
  const begin = performance.now();
  while (!isTrue()) {
    if (performance.now() - begin > 60 * SECOND) throw new Error('it did not come true within a minute');
    await pass(50);
  }
  return performance.now() - begin;
}

describe('a replica', () => {
  it('leads at once where nobody has led before, and says so in the Lease', async () => {
    const a = replica('a');
    await pass(100);
    expect(a.told).toEqual(['elected']);
    expect(server.lease?.spec).toEqual({
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      acquireTime: '2026-11-23T08:00:00.010000Z',
      renewTime: '2026-11-23T08:00:00.010000Z',
      leaseTransitions: 1,
    });
    await pass(60 * SECOND);
    expect(a.told).toEqual(['elected']);
    expect(server.lease?.spec?.acquireTime).toBe('2026-11-23T08:00:00.010000Z');
    expect(Date.parse(server.lease?.spec?.renewTime ?? '')).toBeGreaterThan(Date.now() - 3 * SECOND);
  });

  it('leads, too, where the API server takes three seconds for each request', async () => {
    server.setLatency(1_500);
    const a = replica('a');
    expect(await until(() => a.writes)).toBeLessThanOrEqual(7 * SECOND);
    await pass(60 * SECOND);
    expect(a.told).toEqual(['elected']);
  });

  it('waits while another one leads, whatever its own clock shows', async () => {
    const [, other] = await leaderAndOther();
    other.setWall(7_200_000);
    await pass(120 * SECOND);
    expect(other.told).toEqual([]);
    expect(other.log.lines.filter(({ message }) => message.includes('another replica leads'))).toHaveLength(
      1,
    );
  });

  it('leads within seconds after the leader has given up', async () => {
    const [leader, other] = await leaderAndOther();
    void leader.election.stop();
    expect(await until(() => other.writes)).toBeLessThanOrEqual(2_500);
    expect(leader.told).toEqual(['elected', 'lost']);
  });

  it('leads within seconds after a leader has given up in the middle of a renewal', async () => {
    const [leader, other] = await leaderAndOther();
    server.setLatency(200);
    const { renewTime } = server.lease?.spec ?? {};
    // The server has renewed the Lease, and the answer is on its way.
    await until(() => server.lease?.spec?.renewTime !== renewTime);
    void leader.election.stop();
    expect(await until(() => other.writes)).toBeLessThanOrEqual(4_500);
  });

  it.each<[string, (leader: SimulatedReplica) => void]>([
    ['was killed', (leader) => leader.kill()],
    ['was paused', (leader) => leader.pause()],
    ['has lost its network', (leader) => leader.partition(true)],
  ])('leads within 18 seconds, and not before 13, after the leader %s', async (_, happens) => {
    const [leader, other] = await leaderAndOther();
    happens(leader);
    const took = await until(() => other.writes);
    expect(took).toBeLessThanOrEqual(18 * SECOND);
    expect(took).toBeGreaterThanOrEqual(12 * SECOND);
    leader.resume();
    leader.partition(false);
    await pass(30 * SECOND);
    expect([leader.writes, other.writes]).toEqual([false, true]);
    if (leader.told.length > 1) expect(leader.told).toEqual(['elected', 'lost']);
  });

  it('that is reluctant leaves another one the time to lead, and leads in the end', async () => {
    const reluctant = new SimulatedReplica(server, 'r');
    reluctant.isReluctant = true;
    reluctant.election.start();
    await pass(14 * SECOND);
    expect(reluctant.told).toEqual([]);
    expect(await until(() => reluctant.writes)).toBeLessThanOrEqual(4 * SECOND);
  });

  it('does not take a Lease that somebody removed while it was held', async () => {
    const [leader, other] = await leaderAndOther();
    leader.pause();
    server.remove();
    await pass(10 * SECOND);
    expect(other.told).toEqual([]);
    expect(await until(() => other.writes)).toBeLessThanOrEqual(8 * SECOND);
  });

  it.each([
    ['the holder was removed', ''],
    ['its own name was put in', 'b'],
  ])('does not take a held Lease at once in which %s by hand', async (_, holderIdentity) => {
    const [leader, other] = await leaderAndOther();
    leader.partition(true);
    server.write(server.lease, { holderIdentity });
    await until(() => !leader.writes || other.writes);
    expect([leader.writes, other.writes]).toEqual([false, false]);
    expect(await until(() => other.writes)).toBeLessThanOrEqual(18 * SECOND);
  });

  it('that has led does not take a Lease that somebody removed while another one leads', async () => {
    const [leader, other] = await leaderAndOther();
    leader.pause();
    await until(() => other.writes);
    server.remove();
    other.pause();
    leader.resume();
    await pass(9 * SECOND);
    expect([leader.writes, other.election.leads]).toEqual([false, true]);
    expect(await until(() => leader.writes)).toBeLessThanOrEqual(8 * SECOND);
  });

  it('takes a Lease that had more holders than the API server can count', async () => {
    server.write(undefined, { holderIdentity: 'gone', leaseTransitions: 2 ** 31 - 1 });
    const a = replica('a');
    await until(() => a.writes);
    expect(server.lease?.spec?.leaseTransitions).toBeLessThan(2 ** 31);
  });
});

it('a replica without the right to the Lease says so, until it has the right', async () => {
  server.forbids = true;
  const a = replica('a');
  await pass(SECOND);
  expect(a.election.missingRight).toContain('403 Forbidden');
  server.forbids = false;
  expect(await until(() => a.writes)).toBeLessThanOrEqual(3 * SECOND);
  expect(a.election.missingRight).toBeUndefined();
});

describe('a leader', () => {
  it('stops at once when its wall clock jumps on, and leads again', async () => {
    const [leader] = await leaderAndOther();
    leader.setWall(7_200_000);
    expect(leader.writes).toBe(false);
    expect(await until(() => leader.writes)).toBeLessThanOrEqual(5 * SECOND);
    expect(leader.told).toEqual(['elected', 'lost', 'elected']);
  });

  it('leads on when its wall clock is set back', async () => {
    const [leader] = await leaderAndOther();
    leader.setWall(-7_200_000);
    await pass(30 * SECOND);
    expect(leader.told).toEqual(['elected']);
  });

  it('stops ten seconds after the last renewal, though no answer says so', async () => {
    const [leader] = await leaderAndOther();
    leader.partition(true);
    const took = await until(() => !leader.writes);
    expect(took).toBeLessThanOrEqual(10 * SECOND);
    expect(took).toBeGreaterThanOrEqual(7 * SECOND);
    expect(leader.told).toEqual(['elected', 'lost']);
  });

  it('goes on after an edit of the Lease by somebody else', async () => {
    const [leader] = await leaderAndOther();
    server.write(server.lease, { leaseTransitions: 7 });
    await pass(30 * SECOND);
    expect(leader.told).toEqual(['elected']);
    expect(server.lease?.spec?.leaseTransitions).toBe(7);
  });

  it('goes on at once after somebody has removed the Lease', async () => {
    const [leader, other] = await leaderAndOther();
    server.remove();
    await until(() => leader.told.length > 1);
    expect(await until(() => leader.writes)).toBeLessThanOrEqual(SECOND);
    expect(other.told).toEqual([]);
  });

  it('stops when somebody else has written his name into the Lease', async () => {
    const [leader] = await leaderAndOther();
    server.write(server.lease, { holderIdentity: 'someone', renewTime: '2026-11-23T08:00:09.000000Z' });
    await pass(3 * SECOND);
    expect(leader.told).toEqual(['elected', 'lost']);
  });
});

describe('at any time', () => {
  const MISHAPS = {
    pause: (each: SimulatedReplica) => each.pause(),
    resume: (each: SimulatedReplica) => each.resume(),
    partition: (each: SimulatedReplica) => each.partition(true),
    heal: (each: SimulatedReplica) => each.partition(false),
    forward: (each: SimulatedReplica) => each.setWall(7_200_000),
    back: (each: SimulatedReplica) => each.setWall(-7_200_000),
    slow: () => server.setLatency(1_500),
    fast: () => server.setLatency(5),
    wipe: () => server.remove(),
    unname: () => void (server.lease && server.write(server.lease, { holderIdentity: '' })),
    rename: () => void (server.lease && server.write(server.lease, { holderIdentity: 'b' })),
  } as const;
  const mishap = fc.record({
    what: fc.constantFrom(...(Object.keys(MISHAPS) as (keyof typeof MISHAPS)[])),
    to: fc.nat(2),
    thenMs: fc.integer({ min: 100, max: 12_000 }),
  });

  it('at most one replica writes, and one does soon after the last mishap', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(mishap, { minLength: 3, maxLength: 12 }), async (mishaps) => {
        server = new SimulatedLease();
        // Clocks do not go equally fast.
        const replicas = [replica('a', 1)];
        await pass(20);
        replicas.push(replica('b', 0.9), replica('c', 1.1));
        const writers = () => replicas.filter((each) => each.writes).length;
        await pass(5 * SECOND);
        for (const { what, to, thenMs } of mishaps) {
          MISHAPS[what](replicas[to] as SimulatedReplica);
          for (let passed = 0; passed < thenMs; passed += 100) {
            await pass(100);
            expect(writers()).toBeLessThanOrEqual(1);
            for (const { writes, told } of replicas) if (writes) expect(told.at(-1)).toBe('elected');
          }
        }
        server.setLatency(5);
        for (const each of replicas) {
          each.resume();
          each.partition(false);
        }
        expect(await until(() => writers() === 1)).toBeLessThanOrEqual(25 * SECOND);
        for (const each of replicas) void each.election.stop();
        await pass(10 * SECOND);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
