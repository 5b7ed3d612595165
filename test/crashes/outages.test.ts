import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { DATABASES, type PostgresPlaces } from '../../operator/relay/store/testing/places.ts';
import { LONG } from '../support/faults.ts';
import { expectOnce } from '../support/relay-deliveries.ts';
import { pushPost, type RelayPost, RelayPoster, syncFailedPost } from '../support/relay-posts.ts';
import { RelayReplicas } from '../support/relay-replicas.ts';
import { RelayStage } from '../support/relay-stage.ts';
import { canMount, SmallDisk } from '../support/small-disk.ts';

const ROUTES = 20;
const AWAY_MS = LONG ? 60_000 : 8_000;
/** Argo CD gives an event up after four repetitions, 7.5 s after the first attempt. */
const LONGEST_GAP_MS = 7_500;
const HOUR_MS = 3_600_000;
const CAN_MOUNT = canMount();
const [, postgres] = DATABASES;

let stage: RelayStage;
/** The Applications whose events were answered with 202. */
let stored: string[];
let count: number;

beforeEach(async () => {
  [stored, count] = [[], 0];
  stage = await RelayStage.start({ routes: ROUTES });
});
afterEach(() => stage[Symbol.asyncDispose]());

/** Posts the next event. @param post once, or as Argo CD does it */
async function postNext(send: (post: RelayPost) => Promise<number>): Promise<number> {
  count += 1;
  const name = `a${count % ROUTES}-x${count}`;
  const status = await send(count % 2 === 0 ? syncFailedPost(name) : pushPost(name));
  if (status === 202) stored.push(name);
  return status;
}

/** Posts events, one after the other. @returns how many answers had each status */
async function postMany(
  { doors }: RelayReplicas,
  many: number,
  post: 'once' | 'asArgoCD' = 'once',
): Promise<Record<number, number>> {
  using poster = new RelayPoster(doors);
  const statuses: Record<number, number> = {};
  for (let each = 0; each < many; each++) {
    const status = await postNext((body) => poster[post](body));
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
  return statuses;
}

const says = (relays: RelayReplicas, words: RegExp) =>
  eventually(`${words}`, async () => {
    const { isReady, text } = await relays.readiness();
    expect(text).toMatch(words);
    return !isReady;
  });

const ready = (relays: RelayReplicas) =>
  eventually('readiness', async () => (await relays.readiness()).isReady);

/** Waits until some more events have been stored. */
async function more(): Promise<void> {
  const wanted = stored.length + 30;
  await eventually('more events', () => stored.length >= wanted);
}

/** So many quick requests two replicas make at once. */
const UNDER_WAY = 2 * 16;

/**
 * All that was stored has arrived, and nothing came under two msgUuids.
 * @param repeated how many requests at most came again with the same msgUuid, since the store could not record their answers
 */
async function expectArrived(relays: RelayReplicas, repeated = 0): Promise<void> {
  const rest = async () => (await relays.messages({ states: ['waiting', 'sending'] })).length;
  await eventually('nothing to be left', async () => (await rest()) === 0, {
    timeoutMs: 120_000,
    intervalMs: 500,
  });
  expect(expectOnce(stage, stored).repeated).toBeLessThanOrEqual(repeated);
}

/**
 * Posts until the act has ended, by callers who repeat as Argo CD does, each of whose posts has to be stored, and by one who does not.
 * @returns the longest time without a 202 for the latter, in milliseconds
 */
async function postDuring({ doors }: RelayReplicas, act: () => Promise<void>): Promise<number> {
  using poster = new RelayPoster(doors);
  let [isOver, longest, last] = [false, 0, performance.now()];
  const acting = act().finally(() => {
    isOver = true;
  });
  const argocd = async (): Promise<void> => {
    while (!isOver) expect(await postNext((body) => poster.asArgoCD(body))).toBe(202);
  };
  const watch = async (): Promise<void> => {
    while (!isOver) {
      await pause(20);
      if ((await postNext((body) => poster.once(body))) !== 202) continue;
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }
  };
  await Promise.all([acting, argocd(), argocd(), watch()]);
  return longest;
}

describe('the relay loses nothing that it has answered with 202,', () => {
  it.skipIf(!CAN_MOUNT)(
    `when its disk is full${CAN_MOUNT ? '' : ', which is skipped: this process cannot mount a small disk'}`,
    async () => {
      using disk = new SmallDisk(join(stage.folder, 'disk'), 400);
      await using relays = await RelayReplicas.start(stage, {
        store: { sqlite: join(disk.path, 'relay.db') },
      });
      using poster = new RelayPoster(relays.doors);
      let status = 202;
      while (status === 202) status = await postNext((body) => poster.once(body));
      expect(status).toBe(503);
      await says(relays, /\[-\]store: .*the disk is full/);
      disk.resize(64_000);
      await ready(relays);
      expect(await postMany(relays, 10)).toEqual({ 202: 10 });
      await expectArrived(relays);
    },
  );

  it('when its file is corrupt: it keeps what can be read, and the damaged file', async () => {
    const relays = await RelayReplicas.start(stage, {
      fields: { dingtalk: { endpoint: 'https://127.0.0.1:9/robot/send', allowedHosts: ['127.0.0.1:9'] } },
    });
    const { sqlite } = relays.store as { readonly sqlite: string };
    let before: number;
    {
      await using _ = relays;
      expect(await postMany(relays, 200)).toEqual({ 202: 200 });
      before = (await relays.messages({})).length;
      await relays.end();
    }
    expect(before).toBe(200);
    const bytes = readFileSync(sqlite);
    const middle = Math.floor(bytes.length / 4096 / 2) * 4096;
    writeFileSync(sqlite, bytes.fill(0xff, middle, middle + 4096));
    await using again = await RelayReplicas.start(stage);
    expect(again.process().output()).toContain('was corrupt');
    expect(readdirSync(stage.folder).filter((name) => name.startsWith('relay.db.corrupt-'))).not.toEqual([]);
    const kept = (await again.messages({})).length;
    expect(kept).toBeGreaterThan(180);
    expect(await postMany(again, 5)).toEqual({ 202: 5 });
    const sent = async () => (await again.messages({ states: ['sent'] })).length;
    await eventually('what could be read', async () => (await sent()) === kept + 5, { timeoutMs: 120_000 });
  });

  it.each([3 * HOUR_MS, -3 * HOUR_MS])('when its clock jumps by %i ms', async (ms) => {
    await using relays = await RelayReplicas.start(stage, { isShiftable: true });
    expect(await postMany(relays, 60)).toEqual({ 202: 60 });
    await relays.shiftClocks(ms);
    expect(await postMany(relays, 60)).toEqual({ 202: 60 });
    await expectArrived(relays);
  });

  it('when it is replaced, as with Recreate: the gap is shorter than the patience of Argo CD', async () => {
    await using relays = await RelayReplicas.start(stage);
    const gap = await postDuring(relays, async () => {
      await more();
      await relays.end();
      await relays.begin();
      await more();
    });
    process.stdout.write(
      `SQLite, the relay replaced: ${Math.round(gap)} ms without an answer, ${stored.length} events\n`,
    );
    expect(gap).toBeLessThan(LONGEST_GAP_MS);
    await expectArrived(relays);
  });
});

describe.skipIf(postgres?.missing !== undefined)(
  `two replicas over ${postgres?.name} lose nothing that they have answered with 202,`,
  () => {
    it('when they are replaced in turn', async () => {
      await using places = (await postgres?.start(true)) as PostgresPlaces;
      await using relays = await RelayReplicas.start(stage, { count: 2, store: await places.create() });
      const gap = await postDuring(relays, async () => {
        for (const index of [0, 1]) {
          await more();
          await relays.end(index);
          await relays.begin(index);
        }
        await more();
      });
      process.stdout.write(
        `PostgreSQL, both replaced: ${Math.round(gap)} ms without an answer, ${stored.length} events\n`,
      );
      expect(gap).toBeLessThan(LONGEST_GAP_MS);
      await expectArrived(relays);
    });

    it('when the database is away', async () => {
      await using places = (await postgres?.start(true)) as PostgresPlaces;
      await using relays = await RelayReplicas.start(stage, { count: 2, store: await places.create() });
      expect(await postMany(relays, 60)).toEqual({ 202: 60 });
      await places.server.kill();
      const end = performance.now() + AWAY_MS;
      expect(await postMany(relays, 10)).toEqual({ 503: 10 });
      await says(relays, /\[-\]store: .*(ECONNREFUSED|ended|terminat)/);
      await pause(Math.max(0, end - performance.now()));
      await places.server.resume();
      await ready(relays);
      expect(await postMany(relays, 60, 'asArgoCD')).toEqual({ 202: 60 });
      await expectArrived(relays, UNDER_WAY);
    });
  },
);
