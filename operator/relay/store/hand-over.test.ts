import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MovedMessage, RelayStore } from '../model.ts';
import { openRelayDesk, openRelayStore } from './open.ts';
import type { StorePlace } from './place.ts';
import { again, aMessage, digest, first, NOW } from './testing/messages.ts';
import { DATABASES, type Places, RecordedLog } from './testing/places.ts';

const MINUTE = 60_000;
const ROBOT = 'team/ops';
const OTHER = 'team/ops#1';
const THIRD = 'team/ops#2';

describe.each(DATABASES)('messages that go to another robot, over $name,', ({ missing, start }) => {
  let places: Places;
  beforeAll(async () => {
    if (missing === undefined) places = await start();
  }, 60_000);
  afterAll(async () => places?.[Symbol.asyncDispose]());

  const over = (name: string, test: (store: RelayStore, place: StorePlace) => Promise<void>): void =>
    it.skipIf(missing !== undefined)(name, async () => {
      const place = await places.create();
      await using store = await openRelayStore(place, { log: new RecordedLog() });
      await test(store, place);
    });

  const keysOf = async (place: StorePlace, robot: string): Promise<string[]> => {
    await using desk = openRelayDesk(place, new RecordedLog());
    const { messages } = await desk.list({ states: ['waiting'] }, 10_000);
    return messages.filter(({ message }) => message.robot === robot).map(({ message }) => message.dedupeKey);
  };

  over('keep their order, their age and their msgUuid, and had no request yet', async (store, place) => {
    await store.accept([aMessage('a'), aMessage('b'), aMessage('c', { heldUntil: NOW + MINUTE })], NOW);
    const claim = await store.claim(ROBOT, 'replica', NOW, first);
    if ('wait' in claim) throw new Error('nothing to claim');
    await store.finish(claim, again(NOW + MINUTE), NOW);
    const seen: MovedMessage[] = [];
    const targetOf = (message: MovedMessage): string => {
      seen.push(message);
      return OTHER;
    };
    expect(await store.move(ROBOT, targetOf, NOW + 1_000)).toEqual([OTHER]);
    expect(seen).toEqual([
      { applicationUid: 'uid-a', isHeld: false },
      { applicationUid: 'uid-b', isHeld: false },
      { applicationUid: 'uid-c', isHeld: true },
    ]);
    expect(await keysOf(place, ROBOT)).toEqual([]);
    expect(await store.waitingRobots(NOW + 1_000)).toEqual([OTHER]);
    let waiting: readonly object[] = [];
    const moved = await store.claim(OTHER, 'replica', NOW + 1_000, (queue) => {
      waiting = queue.waiting.map(({ attempts, acceptedAt, notBefore }) => ({
        attempts,
        acceptedAt,
        notBefore,
      }));
      expect(queue.count).toBe(3);
      return first(queue);
    });
    expect(waiting).toEqual([
      { attempts: 0, acceptedAt: NOW, notBefore: NOW + 1_000 },
      { attempts: 0, acceptedAt: NOW, notBefore: NOW },
      { attempts: 0, acceptedAt: NOW, notBefore: NOW + MINUTE },
    ]);
    expect(moved).toMatchObject({ robot: OTHER, kind: 'message', msgUuid: claim.msgUuid });
  });

  over('of a refused digest are free to be told alone', async (store) => {
    await store.accept([aMessage('a'), aMessage('b')], NOW);
    const refused = await store.claim(ROBOT, 'replica', NOW, digest);
    if ('wait' in refused) throw new Error('nothing to claim');
    await store.finish(refused, again(NOW), NOW);
    await store.move(ROBOT, () => OTHER, NOW);
    const claim = await store.claim(OTHER, 'replica', NOW, first);
    expect(claim).toMatchObject({ kind: 'message', messages: [{ dedupeKey: 'a' }] });
  });

  over('go to several in many parts, and some stay', async (store, place) => {
    const messages = Array.from({ length: 650 }, (_, n) => aMessage(`${n}`));
    await store.accept(messages, NOW);
    const targets = [OTHER, THIRD, undefined];
    const targetOf = ({ applicationUid }: MovedMessage) => targets[Number(applicationUid.slice(4)) % 3];
    expect((await store.move(ROBOT, targetOf, NOW)).toSorted()).toEqual([OTHER, THIRD]);
    const numbers = await Promise.all([OTHER, THIRD, ROBOT].map((robot) => keysOf(place, robot)));
    for (const [part, keys] of numbers.entries())
      expect(keys).toEqual(
        messages.map(({ dedupeKey }) => dedupeKey).filter((key) => Number(key) % 3 === part),
      );
    expect(await store.queue()).toMatchObject({ messages: 650 });
    expect(await store.move(ROBOT, () => undefined, NOW)).toEqual([]);
    expect(await store.move('team/nobody', () => OTHER, NOW)).toEqual([]);
  });

  over('from both sides at once are moved, and none is lost', async (store) => {
    const of = (robot: string) => Array.from({ length: 300 }, (_, n) => aMessage(`${robot} ${n}`, { robot }));
    await store.accept([...of(ROBOT), ...of(OTHER)], NOW);
    await Promise.all([store.move(ROBOT, () => OTHER, NOW), store.move(OTHER, () => ROBOT, NOW)]);
    expect(await store.queue()).toMatchObject({ messages: 600 });
    const counts = await Promise.all(
      [ROBOT, OTHER].map(async (robot) => {
        let count = 0;
        await store.claim(robot, 'looker', NOW, (queue) => {
          count = queue.count;
          return { kind: 'wait', until: NOW };
        });
        return count;
      }),
    );
    expect((counts[0] as number) + (counts[1] as number)).toBe(600);
  });

  over('and its answers say whether a robot has anything to do', async (store) => {
    await store.accept([aMessage('a'), aMessage('b')], NOW);
    const claim = await store.claim(ROBOT, 'replica', NOW, first);
    if ('wait' in claim) throw new Error('nothing to claim');
    await store.finish(claim, again(NOW), NOW);
    expect(await store.lastAnswers()).toMatchObject([{ robot: ROBOT, isIdle: false }]);
    await store.move(ROBOT, () => OTHER, NOW);
    expect(await store.lastAnswers()).toMatchObject([{ robot: ROBOT, isIdle: true }]);
    await store.accept([aMessage('c')], NOW);
    await store.claim(ROBOT, 'replica', NOW, first);
    expect(await store.lastAnswers()).toMatchObject([{ robot: ROBOT, isIdle: false }]);
  });
});
