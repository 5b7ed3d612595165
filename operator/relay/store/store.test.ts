import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RelayStore, RequestClaim, RobotQueue } from '../model.ts';
import { openRelayStore, type StoreOptions } from './open.ts';
import { again, aMessage, DEAD, digest, first, NOW, SENT, throttled } from './testing/messages.ts';
import { DATABASES, type Places, RecordedLog } from './testing/places.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const ROBOT = 'team/ops';

describe.each(DATABASES)('the store over $name', ({ missing, start }) => {
  let places: Places;
  beforeAll(async () => {
    if (missing === undefined) places = await start();
  }, 60_000);
  afterAll(async () => places?.[Symbol.asyncDispose]());

  /** A test with a store of its own. */
  const over = (
    name: string,
    test: (
      store: RelayStore,
      more: { log: RecordedLog; another: (more?: Partial<StoreOptions>) => Promise<RelayStore> },
    ) => Promise<void>,
    options: Partial<StoreOptions> = {},
  ): void =>
    it.skipIf(missing !== undefined)(name, async () => {
      const log = new RecordedLog();
      const place = await places.create();
      const another = (more: Partial<StoreOptions> = {}) =>
        openRelayStore(place, { log, ...options, ...more });
      await using store = await another();
      await test(store, { log, another });
    });

  const claimed = async (store: RelayStore, policy = first, now = NOW): Promise<RequestClaim> => {
    const claim = await store.claim(ROBOT, 'replica', now, policy);
    if ('wait' in claim) throw new Error(`nothing to claim until ${claim.wait}`);
    return claim;
  };
  const queueOf = async (store: RelayStore, now = NOW): Promise<RobotQueue> => {
    let seen: RobotQueue | undefined;
    await store.claim(ROBOT, 'looker', now, (queue) => {
      seen = queue;
      return { kind: 'wait', until: now };
    });
    if (!seen) throw new Error('the policy was not asked');
    return seen;
  };

  describe('accepts', () => {
    over('messages, and gives them back as they were, in order', async (store) => {
      const messages = [aMessage('a'), aMessage('b', { event: { name: 'own' }, at: {} })];
      expect(await store.accept(messages, NOW)).toBe(2);
      const { waiting, count, acceptedAt } = await queueOf(store);
      expect(waiting).toEqual(
        messages.map((message) => ({
          ...message,
          body: '',
          id: expect.any(Number),
          msgUuid: expect.stringMatching(/^[0-9a-f-]{36}$/),
          acceptedAt: NOW,
          attempts: 0,
          notBefore: NOW,
        })),
      );
      expect({ count, acceptedAt }).toEqual({ count: 2, acceptedAt: [NOW, NOW] });
      expect((await claimed(store)).messages).toEqual([
        { ...waiting[0], body: messages[0]?.body, attempts: 1 },
      ]);
    });

    over(
      'a repetition only after a day, also of another replica and in the same call',
      async (store, { another }) => {
        expect(await store.accept([aMessage('a'), aMessage('a')], NOW)).toBe(1);
        await using other = await another();
        expect(await other.accept([aMessage('a'), aMessage('b')], NOW + DAY - 1)).toBe(1);
        expect(await store.accept([aMessage('a')], NOW + DAY)).toBe(1);
      },
    );

    over('concurrent calls, each with its own answer', async (store) => {
      const calls = Array.from({ length: 200 }, (_, index) =>
        store.accept([aMessage(`${index % 150}`)], NOW),
      );
      expect((await Promise.all(calls)).reduce((sum, each) => sum + each)).toBe(150);
      expect((await queueOf(store)).count).toBe(150);
    });

    // What PostgreSQL can compress would fit into an index.
    const long = randomBytes(6_000).toString('base64');
    for (const [what, odd] of [
      ['any length', long],
      ['any characters', '\0\ud800长'],
    ] as const)
      over(`texts of ${what}`, async (store) => {
        const body = JSON.stringify({ text: long });
        const application = { uid: odd, namespace: odd, name: odd };
        const message = aMessage(odd, { application, noteKey: odd, body, event: { name: odd } });
        expect(await store.accept([message], NOW)).toBe(1);
        expect(await store.accept([message], NOW)).toBe(0);
        expect((await claimed(store)).messages).toMatchObject([message]);
        expect(await store.notesOf(odd)).toEqual({ [odd]: NOW / SECOND });
      });

    over(
      'messages beyond the bound of a robot without their bodies, which are only counted',
      async (store) => {
        await store.accept([aMessage('a'), aMessage('b')], NOW);
        await store.accept([aMessage('c'), aMessage('d', { robot: 'team/other' })], NOW);
        expect((await queueOf(store)).count).toBe(3);
        await store.finish(await claimed(store, digest), SENT, NOW);
        await store.accept([aMessage('e'), aMessage('f'), aMessage('g')], NOW);
        await store.finish(await claimed(store), SENT, NOW);
        await store.finish(await claimed(store), SENT, NOW);
        expect(await claimed(store)).toMatchObject({
          kind: 'digest',
          messages: [{ dedupeKey: 'g', body: '' }],
        });
      },
      { maxWaiting: 2 },
    );

    over(
      'messages beyond the bound of the whole store without their bodies, but for the first ones of each robot',
      async (store) => {
        const some = (robot: string, count: number) =>
          Array.from({ length: count }, (_, index) => aMessage(`${robot}-${index}`, { robot }));
        await store.accept(some('team/loud', 40), NOW);
        await store.accept(some('team/quiet', 7), NOW);
        const bodies = async (robot: string, now: number): Promise<boolean[]> => {
          const claim = await store.claim(robot, 'replica', now, digest);
          return 'wait' in claim ? [] : claim.messages.map(({ body }) => body !== '');
        };
        const loud = await bodies('team/loud', NOW);
        expect(loud.filter(Boolean).length).toBeGreaterThan(5);
        expect(loud.at(-1)).toBe(false);
        expect(await bodies('team/quiet', NOW)).toEqual([true, true, true, true, true, false, false]);
        // Once the messages have gone, there is room again.
        const claim = await store.claim('team/loud', 'replica', NOW + HOUR, digest);
        if (!('wait' in claim)) await store.finish(claim, SENT, NOW + HOUR);
        await store.accept(some('team/third', 7), NOW + HOUR);
        expect(await bodies('team/third', NOW + HOUR)).toEqual(Array(7).fill(true));
      },
      { maxWaitingBytes: 20_000 },
    );

    over('nothing if it is given nothing', async (store) => {
      expect(await store.accept([], NOW)).toBe(0);
      await expect(store.accept([], NOW, ['note-a'])).rejects.toThrow('of an Application, and none is given');
    });
  });

  describe('notes', () => {
    over('each new message under its key, and forgets what it is told to', async (store) => {
      const application = aMessage('a').application;
      await store.accept([aMessage('a'), aMessage('b', { application })], NOW + 999);
      await store.accept([aMessage('c')], NOW);
      expect(await store.notesOf('uid-a')).toEqual({ 'note-a': NOW / SECOND, 'note-b': NOW / SECOND });
      await store.accept([aMessage('d', { application })], NOW, ['note-a', 'note-c']);
      expect(Object.keys(await store.notesOf('uid-a')).sort()).toEqual(['note-b', 'note-d']);
      expect(Object.keys(await store.notesOf('uid-c'))).toEqual(['note-c']);
      await store.accept([], NOW, ['note-b'], 'uid-a');
      expect(Object.keys(await store.notesOf('uid-a'))).toEqual(['note-d']);
    });

    over('no message that nothing looks for', async (store) => {
      const { noteKey: _, ...message } = aMessage('a');
      expect(await store.accept([message], NOW)).toBe(1);
      expect(await store.notesOf('uid-a')).toEqual({});
    });

    over('no repetition', async (store) => {
      await store.accept([aMessage('a')], NOW);
      await store.accept([], NOW, ['note-a'], 'uid-a');
      await store.accept([aMessage('a')], NOW + MINUTE);
      expect(await store.notesOf('uid-a')).toEqual({});
    });
  });

  describe('claims', () => {
    over(
      'anew what a former process has claimed, if there is no other replica',
      async (store, { another }) => {
        await store.accept([aMessage('a')], NOW);
        const former = await claimed(store);
        await using _ = await another();
        const { waiting } = await queueOf(store);
        expect(waiting).toEqual([]);
        await using __ = await another({ isOnly: true });
        expect(await claimed(store)).toMatchObject({ msgUuid: former.msgUuid });
      },
    );

    over('one message, which waits no longer and keeps its Application busy', async (store) => {
      await store.accept([aMessage('a'), aMessage('b')], NOW);
      const claim = await claimed(store);
      expect(claim).toMatchObject({ robot: ROBOT, kind: 'message', msgUuid: claim.messages[0]?.msgUuid });
      const queue = await queueOf(store);
      expect(queue.waiting.map(({ dedupeKey }) => dedupeKey)).toEqual(['b']);
      expect({ ...queue, waiting: [] }).toMatchObject({
        count: 1,
        requestsAt: [NOW],
        busyApplications: new Set(['uid-a']),
      });
    });

    over('a digest with a msgUuid of its own', async (store) => {
      await store.accept([aMessage('a'), aMessage('b')], NOW);
      const claim = await claimed(store, digest);
      expect(claim.kind).toBe('digest');
      expect(claim.messages.map(({ dedupeKey }) => dedupeKey)).toEqual(['a', 'b']);
      expect(claim.messages.map(({ msgUuid }) => msgUuid)).not.toContain(claim.msgUuid);
    });

    over('nothing if the policy waits', async (store) => {
      await store.accept([aMessage('a')], NOW);
      expect(await store.claim(ROBOT, 'replica', NOW, () => ({ kind: 'wait', until: NOW + 5 }))).toEqual({
        wait: NOW + 5,
      });
      expect((await queueOf(store)).requestsAt).toEqual([]);
    });

    over('nothing for a robot that it does not know', async (store) => {
      expect(await store.claim('no/robot', 'replica', NOW, first)).toEqual({ wait: expect.any(Number) });
    });

    over('and counts requests and messages of the last minute only', async (store) => {
      await store.accept([aMessage('a')], NOW);
      await store.finish(await claimed(store), SENT, NOW);
      await store.accept([aMessage('b')], NOW + 30 * SECOND);
      const { requestsAt, acceptedAt } = await queueOf(store, NOW + MINUTE);
      expect({ requestsAt, acceptedAt }).toEqual({ requestsAt: [], acceptedAt: [NOW + 30 * SECOND] });
    });

    over("and passes the policy's error on", async (store) => {
      await store.accept([aMessage('a')], NOW);
      const failing = store.claim(ROBOT, 'replica', NOW, () => {
        throw new RangeError('the policy is wrong');
      });
      await expect(failing).rejects.toThrow(new RangeError('the policy is wrong'));
      const unknown = store.claim(ROBOT, 'replica', NOW, () => ({ kind: 'message', id: 4711 }));
      await expect(unknown).rejects.toThrow('a message that does not wait');
      expect((await claimed(store)).messages).toHaveLength(1);
    });

    over('again what a replica left behind, with the same msgUuid', async (store, { log }) => {
      await store.accept([aMessage('a'), aMessage('b')], NOW);
      const before = await claimed(store, digest);
      expect(await store.waitingRobots(NOW + MINUTE - 1)).toEqual([]);
      expect(await store.waitingRobots(NOW + MINUTE)).toEqual([ROBOT]);
      await store.accept([aMessage('c')], NOW + MINUTE);
      const after = await claimed(store, digest, NOW + MINUTE);
      expect(after).toMatchObject({ kind: 'digest', msgUuid: before.msgUuid });
      expect(after.messages.map(({ dedupeKey, attempts }) => [dedupeKey, attempts])).toEqual([
        ['a', 2],
        ['b', 2],
      ]);
      expect(log.lines).toMatchObject([{ level: 'warn', fields: { robot: ROBOT, claims: 1 } }]);
      expect(await claimed(store, digest, NOW + MINUTE)).toMatchObject({ messages: [{ dedupeKey: 'c' }] });
    });
  });

  describe('finishes', () => {
    over('a message that was sent', async (store) => {
      await store.accept([aMessage('a')], NOW);
      await store.finish(await claimed(store), SENT, NOW + 5);
      const { count, busyApplications } = await queueOf(store);
      expect({ count, busyApplications }).toEqual({ count: 0, busyApplications: new Set() });
      expect(await store.waitingRobots(NOW + HOUR)).toEqual([]);
      expect(await store.lastAnswers()).toEqual([
        { robot: ROBOT, at: NOW + 5, outcome: SENT.outcome, isIdle: true },
      ]);
    });

    over('a request that is repeated with the same msgUuid, alone', async (store) => {
      await store.accept([aMessage('a')], NOW);
      const claim = await claimed(store);
      await store.finish(claim, again(NOW + 20), NOW);
      await store.accept([aMessage('b')], NOW);
      const queue = await queueOf(store);
      expect(queue).toMatchObject({ count: 2, silentUntil: 0 });
      expect(queue.waiting[0]).toMatchObject({ notBefore: NOW + 20, attempts: 1 });
      expect(await claimed(store, digest)).toMatchObject({
        kind: 'message',
        msgUuid: claim.msgUuid,
        messages: [{ dedupeKey: 'a', attempts: 2 }],
      });
    });

    over('a request that the throttle has refused, whose message may join a digest', async (store) => {
      await store.accept([aMessage('a')], NOW);
      const before = await claimed(store);
      await store.finish(before, throttled(NOW + HOUR), NOW);
      await store.accept([aMessage('b')], NOW);
      expect(await queueOf(store)).toMatchObject({ count: 2, silentUntil: NOW + HOUR });
      const after = await claimed(store, digest);
      expect(after.messages.map(({ dedupeKey, attempts }) => [dedupeKey, attempts])).toEqual([
        ['a', 2],
        ['b', 1],
      ]);
      expect(after.msgUuid).not.toBe(before.msgUuid);
    });

    over('a dead letter, which waits no longer', async (store) => {
      await store.accept([aMessage('a')], NOW);
      await store.finish(await claimed(store), DEAD, NOW);
      expect((await queueOf(store)).count).toBe(0);
      expect(await store.lastAnswers()).toMatchObject([{ outcome: { errcode: 310000 } }]);
    });

    over('and its queue counts what waits and what is being sent, from the oldest one on', async (store) => {
      expect(await store.queue()).toEqual({ messages: 0, oldestAt: undefined });
      await store.accept([aMessage('a')], NOW);
      await store.accept([aMessage('b')], NOW + MINUTE);
      const claim = await claimed(store);
      expect(await store.queue()).toEqual({ messages: 2, oldestAt: NOW });
      await store.finish(claim, SENT, NOW + MINUTE);
      expect(await store.queue()).toEqual({ messages: 1, oldestAt: NOW + MINUTE });
    });

    over('late: a success counts, and a failure does not', async (store) => {
      await store.accept([aMessage('a'), aMessage('b')], NOW);
      const [a, b] = [await claimed(store), await claimed(store)];
      expect((await queueOf(store, NOW + MINUTE)).count).toBe(2);
      await store.finish(a, SENT, NOW + MINUTE);
      await store.finish(b, DEAD, NOW + MINUTE);
      const { waiting, count } = await queueOf(store, NOW + MINUTE);
      expect({ count, keys: waiting.map(({ dedupeKey }) => dedupeKey) }).toEqual({ count: 1, keys: ['b'] });
    });
  });

  describe('sweeps', () => {
    over('what waited too long, and counts it no more', async (store) => {
      await store.accept([aMessage('a')], NOW);
      await store.accept([aMessage('b')], NOW + 1);
      await store.sweep(NOW + HOUR, HOUR);
      const { waiting, count } = await queueOf(store, NOW + HOUR);
      expect({ count, keys: waiting.map(({ dedupeKey }) => dedupeKey) }).toEqual({ count: 1, keys: ['b'] });
    });

    over('keys of repetitions and notes', async (store) => {
      await store.accept([aMessage('a')], NOW);
      await store.sweep(NOW + 89 * DAY, DAY);
      expect(Object.keys(await store.notesOf('uid-a'))).toEqual(['note-a']);
      await store.sweep(NOW + 90 * DAY, DAY);
      expect(await store.notesOf('uid-a')).toEqual({});
    });

    over('robots without messages for a long time', async (store) => {
      await store.accept([aMessage('a')], NOW);
      await store.finish(await claimed(store), SENT, NOW);
      await store.sweep(NOW + 89 * DAY, DAY);
      expect(await store.lastAnswers()).toHaveLength(1);
      await store.sweep(NOW + 90 * DAY, DAY);
      expect(await store.lastAnswers()).toEqual([]);
    });

    over('times of a clock that was set back, so that it waits no longer than before', async (store) => {
      await store.accept([aMessage('a'), aMessage('b')], NOW);
      await store.finish(await claimed(store), throttled(NOW + 10 * MINUTE), NOW);
      const back = NOW - DAY;
      await store.sweep(back, HOUR);
      const queue = await queueOf(store, back);
      expect(queue).toMatchObject({ silentUntil: back + 10 * MINUTE, requestsAt: [back], count: 2 });
      expect(queue.waiting.map(({ notBefore, acceptedAt }) => [notBefore, acceptedAt])).toEqual([
        [back + 10 * MINUTE, back],
        [back, back],
      ]);
    });
  });
});
