import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeliveryOutcome } from '../dingtalk/outcome.ts';
import type { RobotQueue, StoredMessage } from './model.ts';
import { MAX_REQUESTS, nextStep } from './policy.ts';
import type { QuietHours } from './quiet-hours.ts';
import { someMessage } from './testing/messages.ts';
import { type Arrival, type MadeRequest, runReplicas } from './testing/replicas.ts';

const MINUTE = 60_000;
const NOW = 1_700_000_000_000;

const busy: DeliveryOutcome = { reason: 'DingTalkBusy', class: 'retry', errcode: -1 };
const throttled: DeliveryOutcome = { reason: 'Throttled', class: 'retry', errcode: 130101 };
const unreachable: DeliveryOutcome = { reason: 'Unreachable', class: 'retry' };

/** The most requests that began within any 60 seconds. */
const busiestMinute = (requests: readonly MadeRequest[]): number =>
  Math.max(
    0,
    ...requests.map(
      ({ begin }) => requests.filter((each) => each.begin >= begin && each.begin < begin + MINUTE).length,
    ),
  );

const sizes = (requests: readonly MadeRequest[]): number[] =>
  requests.map(({ claim }) => claim.messages.length);

const arrivals = fc.array(
  fc.record({
    at: fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 300_000 })),
    app: fc.integer({ min: 0, max: 6 }).map((n) => `app-${n}`),
  }),
  { minLength: 1, maxLength: 120 },
);
const schedules = fc.record({
  arrivals,
  replicas: fc.integer({ min: 1, max: 3 }),
  latencies: fc.array(fc.integer({ min: 1, max: 6_000 }), { minLength: 1, maxLength: 10 }),
  outcomes: fc.array(
    fc.oneof(
      { arbitrary: fc.constant<DeliveryOutcome>({ reason: 'Delivering', class: 'ok' }), weight: 4 },
      { arbitrary: fc.constantFrom(busy, unreachable), weight: 3 },
      { arbitrary: fc.constant(throttled), weight: 1 },
    ),
    { maxLength: 30 },
  ),
  pollMs: fc.constantFrom(250, 5_000, 60_000),
});

describe('whatever comes, over all replicas', () => {
  it('there are at most 18 requests in any minute, each message arrives once, and each Application in its order', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        const { store, requests } = await runReplicas(schedule);
        expect(busiestMinute(requests)).toBeLessThanOrEqual(MAX_REQUESTS);
        const accepted = requests.filter(({ outcome }) => outcome.class === 'ok');
        const told = accepted.flatMap(({ claim }) => claim.messages.map(({ id }) => id));
        expect(told.toSorted((a, b) => a - b)).toEqual(
          store.messages.map(({ id }) => id).toSorted((a, b) => a - b),
        );
        for (const app of new Set(schedule.arrivals.map((each) => each.app))) {
          const ofApp = requests.flatMap((request) =>
            request.claim.messages
              .filter(({ application }) => application.name === app)
              .map(({ id }) => ({ id, begin: request.begin, end: request.end, outcome: request.outcome })),
          );
          for (const one of ofApp) {
            // Whatever begins after one of its earlier messages was first sent comes after that one has arrived.
            const earlier = ofApp.filter(({ id }) => id < one.id);
            const unfinished = earlier.filter(
              ({ id, end }) =>
                end > one.begin && !requests.some((each) => holds(each, id) && holds(each, one.id)),
            );
            expect(unfinished).toEqual([]);
          }
        }
      }),
      { numRuns: 150 },
    );
  });
});

const holds = ({ claim }: MadeRequest, id: number): boolean => claim.messages.some((each) => each.id === id);

const atOnce = (count: number, at = 0): Arrival[] =>
  Array.from({ length: count }, (_, index) => ({ at, app: `app-${index}` }));
const spread = (count: number, everyMs: number): Arrival[] =>
  Array.from({ length: count }, (_, index) => ({ at: index * everyMs, app: `app-${index}` }));

describe('a storm', () => {
  it.each([1, 2, 3])(
    'of 200 Applications at once is three messages and a digest (%i replicas)',
    async (replicas) => {
      const { requests } = await runReplicas({ arrivals: atOnce(200), replicas });
      expect(sizes(requests)).toEqual([1, 1, 1, 197]);
      expect(requests.at(-1)?.begin).toBe(10_000);
    },
  );

  it('as Argo CD posts it, 1 000 within 19 seconds, is one digest after its end', async () => {
    const { requests } = await runReplicas({ arrivals: spread(1_000, 19), replicas: 2 });
    expect(sizes(requests)).toEqual([1, 1, 1, 997]);
    expect(requests.at(-1)?.begin).toBe(999 * 19 + 10_000);
  });

  it('that does not end is a digest each minute', async () => {
    const { requests } = await runReplicas({ arrivals: spread(100, 3_000), replicas: 1 });
    expect(sizes(requests)).toEqual([1, 1, 1, 21, 21, 21, 21, 13]);
  });

  it('of 100 messages in a minute is three messages and digests', async () => {
    const { requests } = await runReplicas({ arrivals: spread(100, 600), replicas: 2 });
    expect(sizes(requests)).toEqual([1, 1, 1, 97]);
  });

  it('of more than a digest has is several digests, and loses nothing', async () => {
    const { requests } = await runReplicas({ arrivals: atOnce(2_500), replicas: 1 });
    expect(sizes(requests)).toEqual([1, 1, 1, 1_000, 1_000, 497]);
  });

  it('does not begin while three come in ten seconds', async () => {
    const { requests } = await runReplicas({ arrivals: spread(60, 3_400), replicas: 1 });
    expect(sizes(requests)).toEqual(new Array(60).fill(1));
  });

  it('is over after ten seconds: what comes then is sent at once', async () => {
    const { requests } = await runReplicas({ arrivals: [...atOnce(10), ...atOnce(1, 21_000)], replicas: 1 });
    expect(sizes(requests)).toEqual([1, 1, 1, 7, 1]);
    expect(requests.at(-1)?.begin).toBe(21_000);
  });

  it('lets those go at once that were there before it', async () => {
    const { requests } = await runReplicas({
      arrivals: [0, 9_000, 18_000, ...new Array(5).fill(27_000)].map((at, n) => ({ at, app: `app-${n}` })),
      replicas: 1,
    });
    expect(requests.map(({ begin, claim }) => [Math.floor(begin / 1_000), claim.messages.length])).toEqual([
      [0, 1],
      [9, 1],
      [18, 1],
      [27, 1],
      [27, 1],
      [37, 3],
    ]);
  });
});

it('a wait that is firm is one for every message that comes before its end', () => {
  const age = fc.oneof(fc.integer({ min: 0, max: 11_000 }), fc.integer({ min: 0, max: 400_000 }));
  const waiting = fc.record({
    age,
    app: fc.integer({ min: 0, max: 3 }),
    attempts: fc.constantFrom(0, 0, 0, 1),
    dueIn: fc.constantFrom(0, 0, 0, 5_000, 60_000),
  });
  const quietHours = fc.constantFrom<QuietHours | undefined>(
    undefined,
    { from: '23:00', to: '07:00', timeZone: 'UTC', except: { events: ['on-sync-failed'] } },
    { from: '22:14', to: '22:15', timeZone: 'UTC', except: { mentions: true } },
  );
  const queues = fc.record({
    waiting: fc.array(waiting, { minLength: 1, maxLength: 8 }),
    requestAges: fc.array(fc.integer({ min: 0, max: 60_000 }), { maxLength: 20 }),
    busy: fc.boolean(),
    silentIn: fc.constantFrom(-1, -1, 5_000, 600_000),
    quietHours,
    later: fc.array(
      fc.record({
        share: fc.double({ min: 0, max: 0.999, noNaN: true }),
        app: fc.integer({ min: 0, max: 4 }),
      }),
      {
        minLength: 1,
        maxLength: 5,
      },
    ),
  });
  let firm = 0;
  fc.assert(
    fc.property(queues, (given) => {
      const times = given.waiting.map((each) => NOW - each.age).sort((a, b) => a - b);
      const message = (id: number, app: number, acceptedAt: number, fields = {}): StoredMessage => ({
        ...someMessage({ app: `app-${app}` }),
        ...{ id, msgUuid: `${id}`, acceptedAt, attempts: 0, notBefore: acceptedAt, ...fields },
      });
      const messages = given.waiting.map(({ app, attempts, dueIn }, id) =>
        message(id, app, times[id] as number, attempts > 0 ? { attempts, notBefore: NOW + dueIn } : {}),
      );
      const queue: RobotQueue = {
        ...{ robot: 'r', waiting: messages, count: messages.length, silentUntil: NOW + given.silentIn },
        requestsAt: given.requestAges.map((each) => NOW - each).sort((a, b) => a - b),
        acceptedAt: times.filter((at) => at > NOW - MINUTE),
        busyApplications: new Set(given.busy ? [messages[0]?.application.uid ?? ''] : []),
      };
      const facts = { maxEventAgeMs: 24 * 60 * MINUTE, quietHours: given.quietHours };
      const first = nextStep(queue, { ...facts, now: NOW });
      if (first.kind !== 'wait' || !first.isFirm) return;
      firm += 1;
      const later = given.later
        .map(({ share, app }) => ({ app, at: Math.floor(NOW + share * (first.until - NOW)) }))
        .sort((a, b) => a.at - b.at);
      const more = later.map(({ app, at }, index) => message(100 + index, app, at));
      const now = later.at(-1)?.at as number;
      const next = {
        ...{ ...queue, waiting: [...messages, ...more], count: messages.length + more.length },
        acceptedAt: [...times, ...later.map(({ at }) => at)].filter((at) => at > now - MINUTE),
        requestsAt: queue.requestsAt.filter((at) => at > now - MINUTE),
      };
      expect(nextStep(next, { ...facts, now }), JSON.stringify({ first, now: now - NOW })).toMatchObject({
        kind: 'wait',
      });
    }),
    { numRuns: 3_000 },
  );
  expect(firm).toBeGreaterThan(300);
});

describe('what was kept back', () => {
  it('by the budget comes as one digest', () => {
    const requestsAt = Array.from({ length: 18 }, (_, n) => NOW - 59_000 + n);
    const acceptedAt = [NOW - 30_000, NOW - 15_000, NOW - 1_000];
    const queue = queueOf(
      acceptedAt.map((at) => ({ acceptedAt: at })),
      { requestsAt },
    );
    expect(step(queue)).toEqual({ kind: 'wait', until: NOW + 1_000, isFirm: true });
    expect(step(queue, NOW + 1_000)).toEqual({ kind: 'digest', ids: [1, 2, 3] });
  });

  it('by a silence comes as one digest, with the message that was refused', () => {
    const silentUntil = NOW;
    const queue = queueOf(
      [
        { acceptedAt: NOW - 600_000, attempts: 1, notBefore: silentUntil },
        { acceptedAt: NOW - 300_000 },
        { acceptedAt: NOW - 100_000 },
      ],
      { silentUntil },
    );
    expect(step(queue, NOW - 30_000)).toEqual({ kind: 'wait', until: NOW, isFirm: true });
    expect(step(queue)).toEqual({ kind: 'digest', ids: [1, 2, 3] });
  });

  it('by DingTalk’s throttle in the middle of a storm comes as one digest after ten minutes', async () => {
    const outcomes: DeliveryOutcome[] = [{ reason: 'Delivering', class: 'ok' }, throttled];
    const { requests } = await runReplicas({ arrivals: atOnce(50), replicas: 1, outcomes });
    expect(sizes(requests)).toEqual([1, 1, 49]);
    expect(requests.at(-1)?.begin).toBeGreaterThanOrEqual(600_000);
  });
});

describe('a retry', () => {
  it('keeps later messages of its Application behind it, and no others', () => {
    const queue = queueOf([
      { app: 'a', acceptedAt: NOW - 3_000, attempts: 1, notBefore: NOW + 2_000 },
      { app: 'a', acceptedAt: NOW - 2_000 },
      { app: 'b', acceptedAt: NOW - 1_000 },
    ]);
    expect(step(queue)).toEqual({ kind: 'message', id: 3 });
    expect(step({ ...queue, waiting: queue.waiting.slice(0, 2) })).toEqual({
      kind: 'wait',
      until: NOW + 2_000,
    });
    expect(step(queue, NOW + 2_000)).toEqual({ kind: 'message', id: 1 });
  });

  it('of a digest is the same digest', () => {
    const failed = { attempts: 1, notBefore: NOW };
    const queue = queueOf([
      { acceptedAt: NOW - 30_000, ...failed },
      { acceptedAt: NOW - 29_000, ...failed },
      { acceptedAt: NOW - 15_000 },
    ]);
    expect(step(queue)).toEqual({ kind: 'digest', ids: [1, 2] });
  });

  it('of several messages shows that the robot fails: the others wait, and come in few digests', async () => {
    const outcomes = new Array<DeliveryOutcome>(24).fill(unreachable);
    const { requests } = await runReplicas({
      arrivals: spread(30, 5_000),
      replicas: 1,
      outcomes,
      latencies: [5_000],
    });
    const accepted = requests.filter(({ outcome }) => outcome.class === 'ok');
    expect(sizes(accepted)).toEqual([1, 1, 21, 7]);
  });

  it('of three messages for ever does not keep the others for ever', () => {
    const failing = [1, 2, 3].map((n) => ({
      acceptedAt: NOW - 400_000,
      attempts: 9,
      notBefore: NOW + 60_000 + n,
    }));
    const queue = queueOf([...failing, { acceptedAt: NOW - 200_000 }, { acceptedAt: NOW - 100_000 }]);
    expect(step(queue)).toEqual({ kind: 'wait', until: NOW + 60_000, isFirm: true });
    expect(step(queue, NOW + 60_000)).toMatchObject({ kind: 'wait' });
    const others = queueOf([
      ...failing.map((each) => ({ ...each, notBefore: each.notBefore + 140_000 })),
      { acceptedAt: NOW - 200_000 },
      { acceptedAt: NOW - 100_000 },
    ]);
    expect(step(others, NOW + 100_000)).toEqual({ kind: 'digest', ids: [4, 5] });
  });
});

it('a message that is too old is by itself, and no other is with it', () => {
  const queue = queueOf([
    { acceptedAt: NOW - 25 * 3_600_000 },
    { acceptedAt: NOW - 30_000 },
    { acceptedAt: NOW - 20_000 },
  ]);
  expect(step(queue)).toEqual({ kind: 'message', id: 1 });
});

it('nothing waits: the policy is asked again after a minute', () => {
  expect(step(queueOf([]))).toEqual({ kind: 'wait', until: NOW + MINUTE });
});

it('messages of an Application in an unfinished request wait', () => {
  const queue = queueOf([{ app: 'a', acceptedAt: NOW }], { busyApplications: new Set(['uid-argocd-a']) });
  expect(step(queue)).toEqual({ kind: 'wait', until: NOW + MINUTE });
});

describe('a clock that is set', () => {
  const HOUR = 60 * MINUTE;
  it('back by hours keeps nothing back: times of the future count for nothing', () => {
    const queue = queueOf(
      [
        { acceptedAt: NOW + 3 * HOUR },
        { acceptedAt: NOW + 3 * HOUR, attempts: 1, notBefore: NOW + 3 * HOUR + 5_000 },
      ],
      {
        requestsAt: new Array(18).fill(NOW + 3 * HOUR),
        acceptedAt: new Array(50).fill(NOW + 3 * HOUR),
        silentUntil: NOW + 3 * HOUR,
      },
    );
    expect(step(queue)).toEqual({ kind: 'message', id: 2 });
    expect(step({ ...queue, waiting: queue.waiting.slice(0, 1) })).toEqual({ kind: 'message', id: 1 });
  });

  it('back by hours tells nothing about the age of a message, so such messages are one digest', () => {
    const future = { acceptedAt: NOW + 3 * HOUR };
    expect(step(queueOf([future, future]))).toEqual({ kind: 'digest', ids: [1, 2] });
  });

  it('back by hours ends a storm', () => {
    const acceptedAt = [NOW, ...new Array(50).fill(NOW + 3 * HOUR)];
    expect(step(queueOf([{ acceptedAt: NOW }], { acceptedAt }))).toEqual({ kind: 'message', id: 1 });
  });

  it('forward by hours brings one digest', () => {
    const queue = queueOf([{ acceptedAt: NOW - 3 * HOUR }, { acceptedAt: NOW - 3 * HOUR }]);
    expect(step(queue)).toEqual({ kind: 'digest', ids: [1, 2] });
  });

  it('never makes a wait that is over, or one of more than a minute', () => {
    const time = fc.integer({ min: NOW - 2 * HOUR, max: NOW + 2 * HOUR });
    const message = fc.record({
      acceptedAt: time,
      notBefore: time,
      attempts: fc.integer({ min: 0, max: 2 }),
      app: fc.constantFrom('a', 'b', 'c'),
    });
    fc.assert(
      fc.property(
        fc.array(message),
        fc.array(time),
        fc.array(time),
        time,
        (waiting, requests, accepted, silentUntil) => {
          const order = (times: readonly number[]) => times.toSorted((a, b) => a - b);
          const given = { requestsAt: order(requests), acceptedAt: order(accepted), silentUntil };
          const next = step(queueOf(waiting, given));
          if (next.kind !== 'wait') return;
          expect(next.until).toBeGreaterThan(NOW);
          expect(next.until).toBeLessThanOrEqual(NOW + MINUTE);
        },
      ),
    );
  });
});

const step = (queue: RobotQueue, now = NOW) => nextStep(queue, { now, maxEventAgeMs: 24 * 3_600_000 });

interface Waiting {
  readonly acceptedAt: number;
  readonly app?: string;
  readonly attempts?: number;
  readonly notBefore?: number;
}

function queueOf(waiting: readonly Waiting[], given: Partial<RobotQueue> = {}): RobotQueue {
  const messages = waiting.map((each, index): StoredMessage => {
    const { acceptedAt, app = `app-${index}`, attempts = 0, notBefore = acceptedAt } = each;
    return { ...someMessage({ app }), id: index + 1, msgUuid: `${index}`, acceptedAt, attempts, notBefore };
  });
  return {
    robot: 'team-a/robot',
    waiting: messages,
    count: messages.length,
    requestsAt: [],
    acceptedAt: messages.map(({ acceptedAt }) => acceptedAt).filter((at) => at > NOW - MINUTE),
    busyApplications: new Set(),
    silentUntil: 0,
    ...given,
  };
}
