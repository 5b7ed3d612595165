import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KINDS } from '../api/kinds.ts';
import type { StatusUpdate, WantedStatus } from '../core/status/status-update.ts';
import { robot } from '../core/testing/fixtures.ts';
import { recordingLog } from '../lib/testing/recording-log.ts';
import { type StatusOutcome, StatusWriter } from './status-writer.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }));
afterEach(() => void vi.useRealTimers());

type CR = StatusUpdate['cr'];
const serviceOf = (cr: CR | undefined) => (cr?.status as { readonly service?: string } | undefined)?.service;
const keyOf = ({ metadata }: CR) => `${metadata.namespace}/${metadata.name}`;

/** Robots that must show this service, by `namespace/name`; a service of this name is one of a renewal. */
function wanted(all: Readonly<Record<string, string>>): WantedStatus[] {
  return Object.entries(all).map(([key, service]) => {
    const [namespace, name] = key.split('/') as [string, string];
    const updateFor = (current: CR) =>
      serviceOf(current) === service
        ? undefined
        : {
            kind: KINDS.robot,
            cr: current,
            patch: { service },
            events: [],
            isRenewal: service === 'renewed',
          };
    return { kind: KINDS.robot, cr: robot({ namespace, name }), updateFor };
  });
}

const many = (namespace: string, count: number, service = 'new') =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${namespace}/${index}`, service]));

interface Sent {
  readonly key: string;
  readonly service: unknown;
  readonly at: number;
  readonly end: PromiseWithResolvers<StatusOutcome>;
}

/** An API server that stores all writes, and answers at once unless a test delays it. */
function setUp({
  isWaiting = () => false,
  isBusy = () => false,
}: {
  isWaiting?: (key: string) => boolean;
  isBusy?: () => boolean;
} = {}) {
  const log = recordingLog();
  const sent: Sent[] = [];
  const stored = new Map<string, CR>();
  const pending: number[] = [];
  const outcomes: string[] = [];
  const began = Date.now();
  const current = ({ cr }: WantedStatus) => stored.get(keyOf(cr)) ?? cr;
  const writer = new StatusWriter({
    current,
    write: async ({ cr, patch }) => {
      const key = keyOf(cr);
      const end = Promise.withResolvers<StatusOutcome>();
      sent.push({ key, service: patch.service, at: Date.now() - began, end });
      if (!isWaiting(key)) end.resolve('written');
      const outcome = await end.promise;
      if (outcome === 'written') stored.set(key, { ...cr, status: { service: patch.service } } as CR);
      return outcome;
    },
    clock: () => Date.now(),
    random: () => 0.5,
    isBusy,
    onOutcome: (outcome) => outcomes.push(outcome),
    onPending: (count) => pending.push(count),
    log,
  });
  const want = (all: Readonly<Record<string, string>>) => writer.want(wanted(all));
  const keys = () => sent.map(({ key }) => key);
  return { writer, want, sent, keys, stored, pending, outcomes, log };
}

/** Lets all pending callbacks run. */
const settle = () => vi.advanceTimersByTimeAsync(0);

describe('statuses', () => {
  it('leave the API server to a write of the target that is about to come, but do not wait for its end', async () => {
    let isBusy = true;
    const { want, sent } = setUp({ isBusy: () => isBusy });
    want(Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`team-${index}/x`, 'one'])));
    await settle();
    expect(sent).toHaveLength(10);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent).toHaveLength(20);
    isBusy = false;
    await vi.advanceTimersByTimeAsync(100);
    expect(sent).toHaveLength(60);
  });

  it('that differ are sent at once, and no others', async () => {
    const { want, sent, keys, pending } = setUp();
    want({ 'a/x': 'one', 'b/x': 'one' });
    expect(keys()).toEqual(['a/x', 'b/x']);
    expect(sent.map(({ at }) => at)).toEqual([0, 0]);
    await settle();
    want({ 'a/x': 'two', 'b/x': 'one' });
    await settle();
    expect(keys()).toEqual(['a/x', 'b/x', 'a/x']);
    expect(pending.at(-1)).toBe(0);
  });

  it('of a first start take seconds, each is sent once, and a few are under way at a time', async () => {
    const { want, sent, keys, pending } = setUp();
    want(Object.assign({}, ...Array.from({ length: 200 }, (_, index) => many(`team-${index}`, 3))));
    expect(sent.length).toBe(8);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent.length).toBeGreaterThanOrEqual(100);
    expect(sent.length).toBeLessThanOrEqual(151);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(new Set(keys()).size).toBe(600);
    expect(sent.length).toBe(600);
    expect(pending.at(-1)).toBe(0);
  });

  it('are sent in turn by namespace: thousands of one keep another waiting for a moment', async () => {
    const { want, sent } = setUp();
    want(many('crowd', 3_000));
    await vi.advanceTimersByTimeAsync(5_000);
    const before = sent.length;
    expect(before).toBeLessThan(400);
    want({ ...many('crowd', 3_000), 'small/x': 'new' });
    await vi.advanceTimersByTimeAsync(100);
    const place = sent.slice(before).findIndex(({ key }) => key === 'small/x');
    expect(place).toBeGreaterThanOrEqual(0);
    expect(place).toBeLessThanOrEqual(2);
  });

  it('of a namespace whose writes hang keep nobody else waiting', async () => {
    const { want, keys } = setUp({ isWaiting: (key) => key.startsWith('stuck/') });
    want({ ...many('stuck', 50), 'good/x': 'new' });
    await settle();
    expect(keys()).toEqual(['stuck/0', 'good/x', 'stuck/1']);
  });
});

describe('the newest that is wanted', () => {
  it('replaces what waits, and what is not wanted any more is not sent', async () => {
    const { want, sent, pending } = setUp({ isWaiting: () => true });
    want(many('a', 4, 'old'));
    want({ 'a/2': 'newest' });
    for (const { end } of sent) end.resolve('written');
    await settle();
    expect(sent.map(({ key, service }) => [key, service])).toEqual([
      ['a/0', 'old'],
      ['a/1', 'old'],
      ['a/2', 'newest'],
    ]);
    sent[2]?.end.resolve('written');
    await settle();
    expect(pending.at(-1)).toBe(0);
  });

  it.each([
    ['is sent after what is under way', 'second', ['first', 'second']],
    ['is not sent when it says the same as what is under way', 'first', ['first']],
  ])('%s', async (_, second, expected) => {
    const { want, sent, stored } = setUp({ isWaiting: () => true });
    want({ 'a/x': 'first' });
    want({ 'a/x': second });
    await settle();
    expect(sent.length).toBe(1);
    sent[0]?.end.resolve('written');
    await settle();
    sent[1]?.end.resolve('written');
    await settle();
    expect(sent.map(({ service }) => service)).toEqual(expected);
    expect(serviceOf(stored.get('a/x'))).toBe(second);
  });

  it('wins also where it says what stood there before', async () => {
    const { want, sent, stored } = setUp({ isWaiting: () => true });
    stored.set('a/x', { ...robot({ namespace: 'a', name: 'x' }), status: { service: 'old' } } as CR);
    want({ 'a/x': 'other' });
    want({ 'a/x': 'old' });
    sent[0]?.end.resolve('written');
    await settle();
    sent[1]?.end.resolve('written');
    await settle();
    expect(sent.map(({ service }) => service)).toEqual(['other', 'old']);
    expect(serviceOf(stored.get('a/x'))).toBe('old');
  });

  it('is left alone where the resource has changed: the change brings the next run', async () => {
    const { want, sent, outcomes, pending } = setUp({ isWaiting: () => true });
    want({ 'a/x': 'new' });
    sent[0]?.end.resolve('outdated');
    await vi.advanceTimersByTimeAsync(600_000);
    expect(sent.length).toBe(1);
    expect([outcomes, pending.at(-1)]).toEqual([['outdated'], 0]);
  });
});

describe('a status that cannot be written', () => {
  const refusing = () => setUp({ isWaiting: (key) => key === 'bad/x' });
  const refuseLast = async ({ sent }: ReturnType<typeof refusing>) => {
    sent.findLast(({ key }) => key === 'bad/x')?.end.reject(new Error('forbidden'));
    await settle();
  };

  it('is tried again, less and less often, and others go on meanwhile', async () => {
    const fake = refusing();
    fake.want({ 'bad/x': 'new', 'bad/y': 'new', 'good/x': 'new' });
    await refuseLast(fake);
    expect(fake.keys()).toEqual(['bad/x', 'good/x', 'bad/y']);
    expect(fake.pending.at(-1)).toBe(1);
    for (const pause of [375, 750, 1_500]) {
      const before = fake.sent.length;
      await vi.advanceTimersByTimeAsync(pause - 1);
      expect(fake.sent.length).toBe(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(fake.sent.length).toBe(before + 1);
      await refuseLast(fake);
    }
    fake.want({ 'bad/x': 'new', 'good/x': 'newer' });
    await settle();
    expect(fake.keys().at(-1)).toBe('good/x');
    await vi.advanceTimersByTimeAsync(60_000);
    fake.sent.at(-1)?.end.resolve('written');
    await settle();
    expect([fake.pending.at(-1), fake.outcomes.at(-1)]).toEqual([0, 'written']);
  });

  it('is told of in the log, by its name, when it fails again', async () => {
    const fake = refusing();
    fake.want({ 'bad/x': 'new' });
    await refuseLast(fake);
    await vi.advanceTimersByTimeAsync(375);
    await refuseLast(fake);
    expect(fake.log.lines.map(({ level, fields }) => [level, fields])).toEqual([
      ['debug', expect.objectContaining({ name: 'x' })],
      [
        'warn',
        {
          err: new Error('forbidden'),
          kind: 'DingTalkRobot',
          namespace: 'bad',
          name: 'x',
          failures: 2,
          retryInMs: 750,
        },
      ],
    ]);
  });

  it('is not tried again once nobody wants it, and at once when its resource is edited', async () => {
    const fake = refusing();
    fake.want({ 'bad/x': 'new' });
    await refuseLast(fake);
    fake.want({});
    await vi.advanceTimersByTimeAsync(60_000);
    expect([fake.sent.length, fake.pending.at(-1)]).toEqual([1, 0]);

    fake.want({ 'bad/x': 'new' });
    await refuseLast(fake);
    fake.stored.set('bad/x', robot({ namespace: 'bad', name: 'x', generation: 2 }));
    fake.want({ 'bad/x': 'new' });
    expect(fake.sent.length).toBe(3);
  });
});

it('a status that cannot be made is that resource’s alone', async () => {
  const { writer, keys, log } = setUp();
  const [broken, fine] = wanted({ 'a/broken': 'new', 'a/fine': 'new' }) as [WantedStatus, WantedStatus];
  const updateFor = () => {
    throw new Error('a bug');
  };
  writer.want([{ ...broken, updateFor }, fine]);
  await settle();
  expect(keys()).toEqual(['a/fine']);
  expect(log.lines[0]).toMatchObject({ level: 'error', fields: { namespace: 'a', name: 'broken' } });
});

describe('at the end', () => {
  it('everything is sent, what rests too, without regard to the pace', async () => {
    const { writer, want, sent, keys, log } = setUp({ isWaiting: (key) => key === 'b/bad' });
    want({ 'b/bad': 'new', ...many('a', 500) });
    sent[0]?.end.reject(new Error('not now'));
    await settle();
    expect(sent.length).toBeLessThan(300);
    const closed = writer.close(5_000);
    await settle();
    sent.at(-1)?.end.resolve('written');
    sent.findLast(({ key }) => key === 'b/bad')?.end.resolve('written');
    await closed;
    expect(new Set(keys()).size).toBe(501);
    expect(log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
    want({ 'c/late': 'new' });
    expect(keys()).not.toContain('c/late');
  });

  it('it takes no longer than it may, and says how many are left', async () => {
    const { writer, want, log } = setUp({ isWaiting: () => true });
    want(many('a', 20));
    let isClosed = false;
    const closed = writer.close(5_000).then(() => {
      isClosed = true;
    });
    await vi.advanceTimersByTimeAsync(4_999);
    expect(isClosed).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await closed;
    expect(log.lines.at(-1)).toMatchObject({ level: 'warn', fields: { count: 20 } });
  });

  it('it takes no time where nothing is left', async () => {
    await setUp().writer.close(5_000);
  });
});

describe('records of renewed signatures', () => {
  it('are sent at most five a second, and delay no other status', async () => {
    const { want, sent, keys, stored } = setUp();
    want({ ...many('a', 20, 'renewed') });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent.length).toBeLessThanOrEqual(6);
    want({ ...many('a', 20, 'renewed'), ...many('b', 30) });
    await vi.advanceTimersByTimeAsync(100);
    expect(keys().filter((key) => key.startsWith('b/')).length).toBe(30);
    await vi.advanceTimersByTimeAsync(4_000);
    expect([...stored.keys()].filter((key) => key.startsWith('a/')).length).toBe(20);
    for (const { at } of sent.filter(({ key }) => key.startsWith('a/'))) {
      const inASecond = sent.filter(
        (each) => each.key.startsWith('a/') && each.at >= at && each.at < at + 1_000,
      );
      expect(inASecond.length).toBeLessThanOrEqual(5);
    }
  });

  it('are not among the last statuses before the end', async () => {
    const { writer, want, keys, log } = setUp();
    want(many('a', 20, 'renewed'));
    await writer.close(1_000);
    expect(keys().length).toBe(1);
    expect(log.lines).toEqual([]);
  });

  it('become ordinary statuses with a change of state', async () => {
    const { want, keys } = setUp();
    want(many('a', 20, 'renewed'));
    want(many('a', 20, 'new'));
    await vi.advanceTimersByTimeAsync(200);
    expect(keys().length).toBeGreaterThanOrEqual(20);
  });
});
