import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_REQUESTS } from '../../operator/relay/policy.ts';
import { openRelayStore } from '../../operator/relay/store/open.ts';
import { DATABASES, type PostgresPlaces, RecordedLog } from '../../operator/relay/store/testing/places.ts';
import { RunningSenders } from '../../operator/relay/testing/running-sender.ts';

const MINUTE_MS = 60_000;
const REPLICAS = 3;
const [, postgres] = DATABASES;

/** The clock is made up. Each replica has connections of its own, and only the database is between them. */
describe.skipIf(postgres?.missing !== undefined)(`${REPLICAS} replicas over ${postgres?.name}`, () => {
  let places: PostgresPlaces;
  beforeAll(async () => {
    places = (await postgres?.start()) as PostgresPlaces;
  }, 60_000);
  afterAll(() => places?.[Symbol.asyncDispose]());

  async function run(test: (senders: RunningSenders) => Promise<void>): Promise<void> {
    const place = await places.create();
    const open = () => openRelayStore(place, { log: new RecordedLog() });
    await using others = new AsyncDisposableStack();
    await using senders = await RunningSenders.start(await open());
    senders.addRobot();
    senders.startSender();
    while (senders.senders.length < REPLICAS)
      senders.startSender({ store: senders.track(others.use(await open())) });
    await test(senders);
    // The senders have to end before their stores do.
    const stopped = Promise.all(senders.senders.map((sender) => sender.stop()));
    await senders.time.pass(10_000);
    await stopped;
  }

  const apps = (count: number) => Array.from({ length: count }, (_, index) => ({ app: `app-${index}` }));
  const told = ({ ended }: RunningSenders): number =>
    ended.reduce((sum, { claim }) => sum + claim.messages.length, 0);

  it('make 18 requests at most in any 60 seconds of 100 messages in a minute, and lose none', async () => {
    await run(async (senders) => {
      for (const app of apps(100)) {
        await senders.accept(app);
        await senders.time.pass(600);
      }
      await senders.time.pass(2 * MINUTE_MS);
      const requests = senders.requestsTo();
      expect(requests.filter(({ errcode }) => errcode !== 0)).toEqual([]);
      expect(busiestMinute(requests)).toBeLessThanOrEqual(MAX_REQUESTS);
      expect(told(senders)).toBe(100);
    });
  });

  it('go to the budget and not beyond it where messages come steadily', async () => {
    await run(async (senders) => {
      for (const app of apps(60)) {
        await senders.accept(app);
        await senders.time.pass(3_400);
      }
      await senders.time.pass(MINUTE_MS);
      const requests = senders.requestsTo();
      expect(requests.length).toBe(60);
      expect(busiestMinute(requests)).toBeGreaterThanOrEqual(MAX_REQUESTS - 1);
      expect(busiestMinute(requests)).toBeLessThanOrEqual(MAX_REQUESTS);
    });
  });

  it('tell of 200 Applications that fail at once by three messages and a digest', async () => {
    await run(async (senders) => {
      await senders.accept(...apps(200));
      await senders.time.pass(MINUTE_MS);
      expect(senders.requestsTo().map(({ body }) => body.markdown.title)).toEqual([
        ...['app-0', 'app-1', 'app-2'],
        '🔴 197 notifications about 197 applications',
      ]);
      expect(told(senders)).toBe(200);
    });
  });
});

const busiestMinute = (requests: readonly { readonly after: number }[]): number =>
  Math.max(
    ...requests.map(
      ({ after }) => requests.filter((each) => each.after >= after && each.after < after + MINUTE_MS).length,
    ),
  );
