import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRelayStore } from './open.ts';
import { aMessage, NOW } from './testing/messages.ts';
import { DATABASES, type Places, type PostgresPlaces, RecordedLog } from './testing/places.ts';
import type { ReplicaTask } from './testing/replica.ts';
import { ReplicaProcess } from './testing/replica-process.ts';

const MESSAGES = 200;
const CRASHES = 4;
const TIMEOUT_MS = 180_000;

const random = (below: number): number => Math.floor(Math.random() * below);

/** What all processes of a test have printed. */
class Diary {
  readonly #lines: string[] = [];

  add({ lines }: ReplicaProcess): void {
    this.#lines.push(...lines);
  }

  accepted(): Set<string> {
    return new Set(this.#of('accepted').map(([key = '']) => key));
  }

  /** The msgUuids of all requests, by message. */
  requests(): Map<string, Set<string>> {
    const uuids = new Map<string, Set<string>>();
    for (const [uuid = '', ...keys] of this.#of('request'))
      for (const key of keys) uuids.set(key, (uuids.get(key) ?? new Set()).add(uuid));
    return uuids;
  }

  #of(word: string): string[][] {
    return this.#lines
      .map((line) => line.split(' '))
      .flatMap(([first, ...rest]) => (first === word ? [rest] : []));
  }
}

/** Each message that was answered has arrived, and none under two msgUuids. */
function expectExactlyOnce(diary: Diary, count: number): void {
  const keys = Array.from({ length: count }, (_, index) => `m${index}`);
  expect([...diary.accepted()].sort()).toEqual(keys.toSorted());
  const requests = diary.requests();
  expect([...requests.keys()].sort()).toEqual(keys.toSorted());
  expect([...requests].filter(([, uuids]) => uuids.size > 1)).toEqual([]);
}

describe.each(DATABASES)('the store over $name', ({ missing, start }) => {
  let places: Places;
  beforeAll(async () => {
    if (missing === undefined) places = await start();
  }, 60_000);
  afterAll(async () => places?.[Symbol.asyncDispose]());

  it.skipIf(missing !== undefined)(
    'loses nothing that it has answered when its replica is killed, and sends nothing under two msgUuids',
    async () => {
      const place = await places.create();
      const diary = new Diary();
      const task = (to = MESSAGES): ReplicaTask => ({ place, name: 'a', from: diary.accepted().size, to });
      for (let crash = 0; crash < CRASHES; crash++) {
        const replica = new ReplicaProcess(task());
        await replica.hasPrinted(1 + random(100));
        await replica.kill();
        diary.add(replica);
      }
      const last = new ReplicaProcess(task());
      await last.end();
      diary.add(last);
      expectExactlyOnce(diary, MESSAGES);
    },
    TIMEOUT_MS,
  );
});

const [, postgres] = DATABASES;

describe.skipIf(postgres?.missing !== undefined)(`two replicas over ${postgres?.name}`, () => {
  let places: PostgresPlaces;
  beforeAll(async () => {
    places = (await postgres?.start()) as PostgresPlaces;
  }, 60_000);
  afterAll(async () => places?.[Symbol.asyncDispose]());

  it(
    'lose nothing when they are killed in turn and the database is restarted',
    async () => {
      const place = await places.create();
      const diary = new Diary();
      const half = MESSAGES / 2;
      const replicas = [
        new ReplicaProcess({ place, name: 'a', from: 0, to: half }),
        new ReplicaProcess({ place, name: 'b', from: half, to: MESSAGES }),
      ] as const;
      await Promise.all(replicas.map((replica) => replica.hasPrinted(1 + random(60))));
      await places.server.kill();
      await places.server.resume();
      for (const [index, replica] of replicas.entries()) {
        await replica.hasPrinted(replica.lines.length + random(60));
        await replica.kill();
        diary.add(replica);
        const again = new ReplicaProcess({ place, name: 'c', from: index * half, to: (index + 1) * half });
        await again.end();
        diary.add(again);
      }
      expectExactlyOnce(diary, MESSAGES);
    },
    TIMEOUT_MS,
  );

  it(
    'never make more requests than the policy allows in any minute',
    async () => {
      const place = await places.create();
      await using store = await openRelayStore(place, { log: new RecordedLog(), claimMs: 2 ** 40 });
      const robot = 'team/robot0';
      await store.accept(
        Array.from({ length: 600 }, (_, index) => aMessage(`${index}`, { robot })),
        NOW,
      );
      const task = { place, from: 0, to: 0, windowed: { maxRequests: 18, seconds: 150 } };
      const replicas = ['a', 'b'].map((name) => new ReplicaProcess({ ...task, name }));
      await Promise.all(replicas.map((replica) => replica.end()));
      const times = replicas.flatMap(({ lines }) =>
        lines.flatMap((line) => (line.startsWith('at ') ? [Number(line.slice(3))] : [])),
      );
      const inMinuteFrom = (begin: number): number =>
        times.filter((at) => at >= begin && at < begin + 60).length;
      expect(times.length).toBeGreaterThan(18);
      expect(Math.max(...times.map(inMinuteFrom))).toBe(18);
    },
    TIMEOUT_MS,
  );
});
