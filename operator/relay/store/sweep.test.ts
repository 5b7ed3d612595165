import { statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ending } from '../model.ts';
import { StoreConnection } from './connection.ts';
import { RelayDesk } from './desk.ts';
import { openPlace, type StorePlace } from './place.ts';
import { QueueStore } from './queue-store.ts';
import type { MessageState } from './schema.ts';
import { sweepAll } from './sweep.ts';
import { aMessage, DEAD, digest, NOW, SENT } from './testing/messages.ts';
import { DATABASES, type Places, RecordedLog } from './testing/places.ts';
import { WaitingBytes } from './waiting-bytes.ts';

const DAY_MS = 1_440 * 60_000;
const ALL: readonly MessageState[] = ['waiting', 'sending', 'sent', 'dead', 'expired'];

describe.each(DATABASES)('what stays in $name', ({ missing, start }) => {
  let places: Places;
  beforeAll(async () => {
    if (missing === undefined) places = await start();
  }, 60_000);
  afterAll(async () => places?.[Symbol.asyncDispose]());

  /** A test with a store, and a look at all of its messages. */
  const over = (
    name: string,
    test: (stage: {
      readonly place: StorePlace;
      readonly connection: StoreConnection;
      readonly store: QueueStore;
      /** The states by the messages' keys. */
      readonly states: () => Promise<Readonly<Record<string, MessageState>>>;
      /** Stores messages and ends them. */
      readonly end: (keys: readonly string[], ending: Ending, now: number) => Promise<void>;
    }) => Promise<void>,
  ): void =>
    it.skipIf(missing !== undefined)(name, async () => {
      const log = new RecordedLog();
      const place = await places.create();
      await using connection = new StoreConnection(() => openPlace(place, { log }), log);
      const store = new QueueStore(connection, {
        claimMs: 60_000,
        maxWaiting: 10_000,
        waitingBytes: new WaitingBytes(1e9),
        uuid: () => crypto.randomUUID(),
        onExpiredClaims: () => undefined,
      });
      const desk = new RelayDesk(connection);
      const states = async () => {
        const { messages } = await desk.list({ states: ALL }, 10_000);
        return Object.fromEntries(messages.map(({ message, state }) => [message.dedupeKey, state]));
      };
      const end = async (keys: readonly string[], ending: Ending, now: number): Promise<void> => {
        await store.accept(
          keys.map((key) => aMessage(key, { body: JSON.stringify('x'.repeat(2_000)) })),
          now,
        );
        for (;;) {
          const claim = await store.claim('team/ops', 'replica', now, digest);
          if ('wait' in claim) return;
          await store.finish(claim, ending, now);
        }
      };
      await test({ place, connection, store, states, end });
    });

  over('is 7 days of sent messages and 30 days of others', async ({ store, states, end }) => {
    await end(['sent'], SENT, NOW);
    await end(['dead'], DEAD, NOW);
    await store.accept([aMessage('expired')], NOW - 1);
    await store.sweep(NOW, 1);
    await store.sweep(NOW + 7 * DAY_MS - 1, DAY_MS);
    expect(await states()).toEqual({ sent: 'sent', dead: 'dead', expired: 'expired' });
    await store.sweep(NOW + 7 * DAY_MS, DAY_MS);
    expect(await states()).toEqual({ dead: 'dead', expired: 'expired' });
    await store.sweep(NOW + 30 * DAY_MS, DAY_MS);
    expect(await states()).toEqual({});
  });

  over('is the newest of them, where they would have too many bytes', async ({ connection, states, end }) => {
    for (const index of [1, 2, 3, 4]) {
      await end([`sent${index}`], SENT, NOW + index);
      await end([`dead${index}`], DEAD, NOW + index);
    }
    const retention = [
      { state: 'sent', ms: DAY_MS, bytes: 6_000 },
      { state: 'dead', ms: DAY_MS, bytes: 9_000 },
    ] as const;
    await sweepAll(connection, NOW + 10, { maxEventAgeMs: DAY_MS, retention });
    expect(Object.keys(await states()).sort()).toEqual(['dead2', 'dead3', 'dead4', 'sent3', 'sent4']);
  });

  over('takes no room for the rest, and no long transactions', async ({ place, connection, states, end }) => {
    const keys = Array.from({ length: 3_000 }, (_, index) => `${index}`);
    await end(keys, SENT, NOW);
    const size = (): number => ('sqlite' in place ? statSync(place.sqlite).size : 0);
    await connection.transaction(async () => undefined);
    const times: number[] = [];
    const timed: StoreConnection = Object.create(connection, {
      transaction: {
        value: async (work: Parameters<StoreConnection['transaction']>[0]) => {
          const begin = performance.now();
          try {
            return await connection.transaction(work);
          } finally {
            times.push(performance.now() - begin);
          }
        },
      },
    });
    await sweepAll(timed, NOW + 8 * DAY_MS, { maxEventAgeMs: DAY_MS });
    expect(await states()).toEqual({});
    expect(times.length).toBeGreaterThan(15);
    expect(times.length).toBeLessThan(60);
    // A busy machine makes single ones longer.
    expect(times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]).toBeLessThan(50);
    if ('sqlite' in place) {
      await connection[Symbol.asyncDispose]();
      expect(size()).toBeLessThan(4_500_000);
    }
  });
});
