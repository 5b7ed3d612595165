import { describe, expect, it } from 'vitest';
import { eventually } from '../../operator/lib/testing/eventually.ts';
import { DATABASES, type PostgresPlaces } from '../../operator/relay/store/testing/places.ts';
import { LONG } from '../support/faults.ts';
import { expectOnce, isDigest } from '../support/relay-deliveries.ts';
import { pushPost, RelayPoster, syncFailedPost } from '../support/relay-posts.ts';
import { RelayReplicas } from '../support/relay-replicas.ts';
import { RelayStage } from '../support/relay-stage.ts';

/** 1 000 messages, ten for each robot at once: three come by themselves, and a digest names the other Applications. */
const ROUTES = 25;
const ROBOTS_EACH = 4;
const NAMES = Array.from({ length: 10 * ROUTES }, (_, index) => `a${Math.floor(index / 10)}-x${index}`);
const MESSAGES = NAMES.length * ROBOTS_EACH;
/** As long as DingTalk takes in life: a kill loses the answers to the requests that are under way. */
const LATENCY_MS = 100;
const KILLS = LONG ? 12 : 4;
const ROUNDS = Array.from({ length: LONG ? 4 : 1 }, (_, index) => index + 1);
const POSTERS = 4;
/** The claims of a replica that was killed end after a minute. */
const CLAIM_MS = 61_000;
const [, postgres] = DATABASES;

const random = (below: number): number => Math.floor(Math.random() * below);

/** What happens once so many events were answered 202. */
interface Act {
  readonly at: number;
  readonly act: () => Promise<void>;
}

/** At a point that nobody knows before. */
const atRandom = (act: () => Promise<void>): Act => ({ at: 1 + random(NAMES.length - 1), act });

/** Posts each event until it was answered 202; the acts follow each other beside. Rejects with their errors. */
async function postAll({ doors }: RelayReplicas, acts: readonly Act[]): Promise<void> {
  using poster = new RelayPoster(doors);
  const pending = acts.toSorted((a, b) => a.at - b.at);
  const names = NAMES.values();
  let answered = 0;
  let acting = Promise.resolve();
  const postSome = async (): Promise<void> => {
    for (const name of names) {
      // Both senders post to the same robots by turns. A repeated post of Gitee has the signature of the first one.
      const post = Number(name.split('-x')[1]) % 2 === 0 ? syncFailedPost(name) : pushPost(name);
      const isStored = async (): Promise<boolean> => (await poster.asArgoCD(post)) === 202;
      await eventually(`202 for ${name}`, isStored, { timeoutMs: 120_000 });
      answered += 1;
      while (pending[0] && answered >= pending[0].at) acting = acting.then(pending.shift()?.act);
    }
  };
  await Promise.all(Array.from({ length: POSTERS }, postSome));
  await acting;
}

/** Kills the only replica, and waits until what was under way has been repeated: a request must not lose its answer twice. */
async function killTheOnlyOne(relays: RelayReplicas): Promise<void> {
  await relays.kill();
  const underWay = await relays.messages({ states: ['sending'] });
  await relays.begin();
  if (underWay.length === 0) return;
  const ids = underWay.map(({ message }) => message.id);
  await eventually(
    'the requests under way to be repeated',
    async () => {
      const rest = await relays.messages({ ids, states: ['waiting', 'sending', 'dead', 'expired'] });
      expect(rest).toEqual([]);
      return true;
    },
    { timeoutMs: 60_000 },
  );
}

/** The last digests, unless all is sent already. */
async function untilRequestsAreUnderWay(relays: RelayReplicas): Promise<void> {
  const isTime = async (): Promise<boolean> => {
    const rest = await relays.messages({ states: ['waiting', 'sending'] });
    return rest.length === 0 || rest.some(({ state }) => state === 'sending');
  };
  await eventually('requests', isTime, { timeoutMs: 90_000, intervalMs: 20 });
}

async function untilAllIsSent(relays: RelayReplicas): Promise<void> {
  const isEmpty = async (): Promise<boolean> =>
    (await relays.messages({ states: ['waiting', 'sending'] })).length === 0;
  await eventually('nothing to be left', isEmpty, { timeoutMs: 150_000, intervalMs: 500 });
  expect((await relays.messages({ states: ['sent'] })).length).toBe(MESSAGES);
}

function report(stage: RelayStage, relays: RelayReplicas, more = ''): void {
  const { requests, repeated } = expectOnce(stage, NAMES);
  expect(stage.dingtalk.requests.some(isDigest)).toBe(true);
  process.stdout.write(
    `${relays.kills} kills${more}: ${MESSAGES} messages in ${requests} requests, ${repeated} came again with their msgUuid\n`,
  );
}

describe('each message of an event of Argo CD or Gitee that the relay has answered with 202 arrives, and twice with its msgUuid at most,', () => {
  it.each(ROUNDS)('when the relay is killed at random points (SQLite, round %i)', async () => {
    await using stage = await RelayStage.start({
      ...{ routes: ROUTES, robotsEach: ROBOTS_EACH, latencyMs: LATENCY_MS },
    });
    await using relays = await RelayReplicas.start(stage);
    const kill = (): Promise<void> => killTheOnlyOne(relays);
    await postAll(
      relays,
      Array.from({ length: KILLS }, () => atRandom(kill)),
    );
    await untilRequestsAreUnderWay(relays);
    await kill();
    await untilAllIsSent(relays);
    report(stage, relays);
  });

  it.skipIf(postgres?.missing !== undefined).each(ROUNDS)(
    `when two replicas are killed in turn and the database is restarted (${postgres?.name}, round %i)`,
    async () => {
      await using places = (await postgres?.start(true)) as PostgresPlaces;
      await using stage = await RelayStage.start({
        ...{ routes: ROUTES, robotsEach: ROBOTS_EACH, latencyMs: LATENCY_MS },
      });
      const store = await places.create();
      await using relays = await RelayReplicas.start(stage, { count: 2, store, isShiftable: true });
      const kill = async (index: number): Promise<void> => {
        await relays.kill(index);
        await relays.begin(index);
      };
      const restart = async (): Promise<void> => {
        await places.server.kill();
        await places.server.resume();
      };
      const kills = Array.from({ length: KILLS }, (_, index) => atRandom(() => kill(index % 2)));
      await postAll(relays, [...kills, atRandom(restart)]);
      await untilRequestsAreUnderWay(relays);
      await kill(0);
      if (!LONG) await relays.shiftClocks(CLAIM_MS);
      await untilAllIsSent(relays);
      report(stage, relays, ', and a restart of the database');
    },
  );
});
