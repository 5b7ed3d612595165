import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeliveryOutcome } from '../dingtalk/outcome.ts';
import type { RelayStore } from './model.ts';
import { type SomeMessage, someMessage } from './testing/messages.ts';
import { DEFAULT_ROBOT, RunningSenders } from './testing/running-sender.ts';
import { SENDER_STORES } from './testing/sender-stores.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const opened: RunningSenders[] = [];
let openStore: () => Promise<RelayStore>;
async function running(replicas = 1): Promise<RunningSenders> {
  const senders = await RunningSenders.start(await openStore());
  opened.push(senders);
  for (let each = 0; each < replicas; each++) senders.startSender();
  return senders;
}
afterEach(async () => {
  for (const senders of opened.splice(0)) await senders[Symbol.asyncDispose]();
});

const apps = (count: number, some: SomeMessage = {}): SomeMessage[] =>
  Array.from({ length: count }, (_, n) => ({ ...some, app: `app-${String(n).padStart(3, '0')}` }));

const titles = (senders: RunningSenders, robot?: string): string[] =>
  senders.requestsTo(robot).map(({ body }) => body.markdown.title);

/** A client of which some robots never hear; their requests end after five seconds. */
function neverAnswered(senders: RunningSenders) {
  return async ({ url }: { readonly url: string }): Promise<DeliveryOutcome> => {
    if (!url.startsWith('https://deaf')) return { reason: 'Delivering', class: 'ok', errcode: 0 };
    await senders.time.pause(5 * SECOND, new AbortController().signal);
    return { reason: 'Unreachable', class: 'retry', words: 'DingTalk did not answer within 5000 ms' };
  };
}

describe.each(SENDER_STORES)('with a store %s,', (_, open) => {
  beforeEach(() => {
    openStore = open;
  });

  describe.each([1, 2])('%i replicas over one store', (replicas) => {
    it('send 200 Applications that fail at once as three messages and a digest', async () => {
      const senders = await running(replicas);
      senders.addRobot();
      await senders.accept(...apps(200));
      await senders.time.pass(MINUTE);
      expect(titles(senders)).toEqual([
        'app-000',
        'app-001',
        'app-002',
        '🔴 197 notifications about 197 applications',
      ]);
      expect(senders.requestsTo().every(({ errcode }) => errcode === 0)).toBe(true);
      expect(senders.ended.reduce((sum, { claim }) => sum + claim.messages.length, 0)).toBe(200);
    });

    it('send 100 messages in a minute with at most 18 requests in any 60 seconds, and lose none', async () => {
      const senders = await running(replicas);
      senders.addRobot();
      for (const app of apps(100)) {
        await senders.accept(app);
        await senders.time.pass(600);
      }
      await senders.time.pass(2 * MINUTE);
      const requests = senders.requestsTo();
      expect(requests.every(({ errcode }) => errcode === 0)).toBe(true);
      for (const { after } of requests) {
        const within = requests.filter((each) => each.after >= after && each.after < after + MINUTE);
        expect(within.length).toBeLessThanOrEqual(18);
      }
      expect(senders.ended.reduce((sum, { claim }) => sum + claim.messages.length, 0)).toBe(100);
    });

    it('go to the limit and not beyond it where messages come steadily', async () => {
      const senders = await running(replicas);
      senders.addRobot();
      for (const app of apps(120)) {
        await senders.accept(app);
        await senders.time.pass(3_400);
      }
      await senders.time.pass(MINUTE);
      expect(senders.requestsTo().length).toBe(120);
      expect(senders.requestsTo().every(({ errcode }) => errcode === 0)).toBe(true);
    });
  });

  describe('a message', () => {
    it('is sent at once, signed by the clock of the API server', async () => {
      const senders = await running(0);
      senders.addRobot(DEFAULT_ROBOT, { secret: `SEC${'beef'.repeat(16)}` });
      // The local clock is two hours behind that of the API server and of DingTalk.
      senders.startSender({
        now: () => senders.time.now() - 2 * HOUR,
        serverTime: () => new Date(senders.time.now()),
      });
      await senders.accept({});
      await senders.time.pass(0);
      expect(senders.requestsTo()).toMatchObject([{ errcode: 0, signature: 'valid' }]);
    });

    it('keeps its msgUuid over its attempts, and later ones of its Application wait for it', async () => {
      const senders = await running();
      const robot = senders.addRobot();
      for (let n = 0; n < 4; n++) robot.answerNext({ errcode: -1, errmsg: '系统繁忙' });
      await senders.accept({ app: 'shop' });
      await senders.accept({ app: 'shop', trigger: 'on-health-recovered', event: 'recovered' });
      await senders.time.pass(MINUTE);
      const requests = senders.requestsTo();
      expect(requests.map(({ after }) => after)).toEqual([0, 750, 2_250, 5_250, 11_250, 11_250]);
      expect(new Set(requests.slice(0, 5).map(({ body }) => body.msgUuid)).size).toBe(1);
      expect(requests[5]?.body.msgUuid).not.toBe(requests[0]?.body.msgUuid);
      expect(requests.map(({ errcode }) => errcode)).toEqual([-1, -1, -1, -1, 0, 0]);
    });

    it('that is a digest keeps its msgUuid over its attempts', async () => {
      const senders = await running();
      const robot = senders.addRobot();
      await senders.accept(...apps(10));
      await senders.time.pass(SECOND);
      robot.answerNext({ errcode: -1, errmsg: '系统繁忙' });
      await senders.time.pass(MINUTE);
      const uuids = senders.requestsTo().map(({ body }) => body.msgUuid);
      expect(uuids.length).toBe(5);
      expect(uuids[3]).toBe(uuids[4]);
      expect(new Set(uuids).size).toBe(4);
    });

    it('that waits too long is never sent', async () => {
      const senders = await running(0);
      senders.addRobot();
      await senders.accept({}, { app: 'another' });
      await senders.time.pass(25 * HOUR);
      senders.startSender();
      await senders.time.pass(MINUTE);
      expect(senders.requestsTo()).toEqual([]);
      expect(senders.ended.map(({ ending, outcome }) => [ending, outcome.reason])).toEqual([
        ['dead', 'MessageExpired'],
      ]);
    });

    it('that is not JSON is a dead letter, and no request is made', async () => {
      const senders = await running();
      senders.addRobot();
      await senders.accept({ body: '{"msgtype":' });
      await senders.time.pass(MINUTE);
      expect(senders.requestsTo()).toEqual([]);
      expect(senders.ended).toMatchObject([{ ending: 'dead', outcome: { reason: 'MessageRefused' } }]);
    });

    it('that is longer than DingTalk takes is cut, with the keyword that it needs', async () => {
      const senders = await running();
      senders.addRobot(DEFAULT_ROBOT, { keywords: ['部署'] });
      const text = `${'字'.repeat(7_000)}\n\n— 部署`;
      await senders.accept({
        body: JSON.stringify({ msgtype: 'markdown', markdown: { title: 'long', text } }),
      });
      await senders.time.pass(MINUTE);
      expect(senders.requestsTo()).toMatchObject([{ errcode: 0 }]);
      expect(senders.requestsTo()[0]?.body.markdown.text).toMatch(
        /^字+\n\nThe rest of this message .*\n\n— 部署$/,
      );
    });

    it('that DingTalk calls too long is cut further, once', async () => {
      const senders = await running();
      const robot = senders.addRobot();
      const tooLong = { errcode: 460101, errmsg: 'message too long, exceed 20000 bytes' };
      const markdown = { title: 'long', text: 'x'.repeat(19_000) };
      robot.answerNext(tooLong);
      await senders.accept({ body: JSON.stringify({ msgtype: 'markdown', markdown }) });
      await senders.time.pass(MINUTE);
      expect(
        senders.requestsTo().map(({ errcode, body }) => [errcode, body.markdown.text.length < 10_000]),
      ).toEqual([
        [460101, false],
        [0, true],
      ]);
      robot.answerNext(tooLong);
      robot.answerNext(tooLong);
      await senders.accept({ app: 'other' });
      await senders.time.pass(MINUTE);
      expect(senders.ended.at(-1)).toMatchObject({ ending: 'dead', outcome: { reason: 'MessageTooLong' } });
    });
  });

  describe('a robot that DingTalk refuses', () => {
    it('gets the message with credentials that are read again', async () => {
      const senders = await running();
      senders.addRobot();
      const right = senders.credentials.get(DEFAULT_ROBOT);
      if (!right) throw new Error('the robot has credentials');
      senders.credentials.set(DEFAULT_ROBOT, { url: right.url.replace('token-of', 'old-token-of') });
      await senders.accept({});
      await senders.time.pass(0);
      senders.credentials.set(DEFAULT_ROBOT, right);
      await senders.time.pass(MINUTE);
      expect(senders.refreshed).toEqual([false, true]);
      expect(senders.ended.map(({ ending, outcome }) => [ending, outcome.errcode])).toEqual([
        ['again', 300005],
        ['sent', 0],
      ]);
    });

    it('goes on slowly: two requests for the first message, then a few for all others', async () => {
      const senders = await running();
      senders.addRobot(DEFAULT_ROBOT, { secret: 'right' });
      const right = senders.credentials.get(DEFAULT_ROBOT);
      senders.credentials.set(DEFAULT_ROBOT, { url: right?.url ?? '', signingSecret: 'wrong' });
      for (const app of apps(60)) {
        await senders.accept(app);
        await senders.time.pass(MINUTE);
      }
      expect(senders.ended.slice(0, 2).map(({ ending }) => ending)).toEqual(['again', 'dead']);
      expect(senders.ended.every(({ outcome }) => outcome.reason === 'SignatureRejected')).toBe(true);
      expect(senders.requestsTo().length).toBeLessThanOrEqual(25);
      senders.credentials.set(DEFAULT_ROBOT, { url: right?.url ?? '', signingSecret: 'right' });
      await senders.accept({ app: 'last' });
      await senders.time.pass(10 * MINUTE);
      expect(senders.ended.at(-1)?.ending).toBe('sent');
      await senders.accept({ app: 'later' });
      await senders.time.pass(0);
      expect(senders.ended.at(-1)?.claim.messages[0]?.application.name).toBe('later');
      expect(senders.refreshed.at(-1)).toBe(false);
    });

    it('by its throttle is silent for ten minutes, and gets a digest then', async () => {
      const senders = await running();
      const robot = senders.addRobot();
      robot.answerNext({ errcode: 130101, errmsg: 'send too fast, exceed 20 times per minute' });
      await senders.accept({ app: 'first' });
      for (const app of apps(9)) {
        await senders.time.pass(MINUTE);
        await senders.accept(app);
      }
      await senders.time.pass(2 * MINUTE);
      const requests = senders.requestsTo();
      expect(requests.map(({ after, errcode }) => [after, errcode])).toEqual([
        [0, 130101],
        [10 * MINUTE, 0],
      ]);
      expect(requests[1]?.body.markdown.title).toBe('🔴 10 notifications about 10 applications');
    });

    it.each<[string, DeliveryOutcome['reason'], (senders: RunningSenders) => void]>([
      [
        '310000',
        'KeywordMissing',
        (senders) => void senders.addRobot(DEFAULT_ROBOT, { keywords: ['nobody'] }),
      ],
      [
        '300005',
        'TokenUnknown',
        (senders) =>
          void senders.credentials.set(DEFAULT_ROBOT, {
            url: `${senders.fake.url}/robot/send?access_token=gone`,
          }),
      ],
      ['400102', 'RobotDisabled', (senders) => senders.addRobot().setState('disabled')],
      ['400106', 'RobotRemoved', (senders) => senders.addRobot().setState('removed')],
      ['400013', 'GroupDisbanded', (senders) => senders.addRobot().setState('group-dissolved')],
      [
        '660026',
        'Throttled',
        (senders) =>
          senders.addRobot().answerNext({ errcode: 660026, errmsg: 'sending too many messages per minute' }),
      ],
      ['-1', 'DingTalkBusy', (senders) => senders.addRobot().answerNext({ errcode: -1, errmsg: '系统繁忙' })],
      [
        '430102',
        'ContentRefused',
        (senders) => senders.addRobot().answerNext({ errcode: 430102, errmsg: '含有不合适的文本' }),
      ],
    ])('by %s has this as its last answer within a second', async (errcode, reason, arrange) => {
      const senders = await running();
      senders.audiences.set(DEFAULT_ROBOT, { locale: 'en', timeZone: 'UTC', keywords: [] });
      arrange(senders);
      await senders.accept({});
      await senders.time.pass(0);
      expect(await senders.store.lastAnswers()).toMatchObject([
        { robot: DEFAULT_ROBOT, outcome: { reason, errcode: Number(errcode) } },
      ]);
    });
  });

  describe('a robot’s trouble', () => {
    it('is its own: robots that do not answer do not hold up the others', async () => {
      const senders = await running(0);
      const { time } = senders;
      senders.addRobot();
      const deaf = Array.from({ length: 40 }, (_, n) => `team-b/deaf-${n}`);
      for (const robot of deaf) senders.credentials.set(robot, { url: 'https://deaf.example/' });
      const client = { send: neverAnswered(senders) };
      senders.startSender({ client });
      await senders.accept(...deaf.flatMap((robot) => [{ robot }, { robot, app: 'another' }]));
      await time.pass(0);
      const waited: number[] = [];
      for (const app of apps(50)) {
        const at = time.passed;
        await senders.accept(app);
        const isTold = () =>
          senders.ended.some(({ claim }) =>
            claim.messages.some(({ application }) => application.name === app.app),
          );
        while (!isTold() && time.passed < at + MINUTE) await time.pass(50);
        waited.push(time.passed - at);
        await time.pass(7 * SECOND);
      }
      // The first time, nobody knows them: 16 at once for 200 ms each.
      expect(Math.max(...waited)).toBeLessThanOrEqual(500);
      expect(waited.filter((ms) => ms > 100).length).toBeLessThanOrEqual(2);
    });

    it('may wait: beside many posts, one request begins after the other', async () => {
      const senders = await running(0);
      const robots = Array.from({ length: 20 }, (_, n) => `team-b/robot-${n}`);
      for (const robot of robots) senders.addRobot(robot);
      const underWay = new Set<object>();
      let most = 0;
      const send = async (robot: object): Promise<DeliveryOutcome> => {
        underWay.add(robot);
        most = Math.max(most, underWay.size);
        await senders.time.pause(100, new AbortController().signal);
        underWay.delete(robot);
        return { reason: 'Delivering', class: 'ok' };
      };
      let posts = 64;
      senders.startSender({ client: { send }, postsUnderWay: () => posts });
      await senders.accept(...robots.map((robot) => ({ robot })));
      await senders.time.pass(1_050);
      expect(most).toBe(1);
      expect(senders.ended).toHaveLength(10);
      posts = 0;
      await senders.time.pass(150);
      expect(most).toBeGreaterThan(5);
      await senders.time.pass(100);
      expect(senders.ended).toHaveLength(20);
    });

    it('with its Secret keeps its messages until the Secret can be read', async () => {
      const senders = await running();
      await senders.accept({});
      await senders.time.pass(10 * SECOND);
      expect(senders.ended.every(({ ending }) => ending === 'again')).toBe(true);
      expect(senders.ended.at(-1)?.outcome).toMatchObject({
        reason: 'CredentialsUnreadable',
        words: 'no route names the robot',
      });
      senders.addRobot();
      await senders.time.pass(MINUTE);
      expect(senders.ended.at(-1)?.ending).toBe('sent');
    });

    it('with a Secret that nobody answers for ends after three seconds', async () => {
      const senders = await running(0);
      senders.startSender({ credentialOf: () => new Promise(() => undefined) });
      await senders.accept({});
      await senders.time.pass(3 * SECOND);
      expect(senders.ended).toMatchObject([
        { outcome: { words: 'the Secret could not be read within 3000 ms' } },
      ]);
    });
  });

  describe('the loop', () => {
    it('is woken up in the moment in which it decides to wait', async () => {
      const senders = await running(0);
      const robot = senders.addRobot();
      robot.answerNext({ errcode: -1, errmsg: '系统繁忙' });
      const { store } = senders;
      let isFirst = true;
      const claim: RelayStore['claim'] = async (...args) => {
        const claimed = await store.claim(...args);
        if ('wait' in claimed && isFirst) {
          isFirst = false;
          await senders.accept({ app: 'another' });
        }
        return claimed;
      };
      senders.startSender({ store: { ...store, claim } });
      await senders.accept({});
      await senders.time.pass(0);
      expect(senders.requestsTo().map(({ errcode }) => errcode)).toEqual([-1, 0]);
    });

    it('is woken up while a request of the robot is under way', async () => {
      const senders = await running(0);
      senders.addRobot();
      const gate = Promise.withResolvers<void>();
      const right = senders.credentials.get(DEFAULT_ROBOT);
      let reads = 0;
      senders.startSender({
        credentialOf: async () => {
          reads += 1;
          if (reads === 1) await gate.promise;
          return { credential: right ?? { url: '' } };
        },
      });
      await senders.accept({});
      await senders.time.pass(0);
      await senders.accept({ app: 'another' });
      gate.resolve();
      await senders.time.pass(0);
      expect(senders.requestsTo().length).toBe(2);
    });

    it('finds within five seconds what another replica has accepted and left behind', async () => {
      const senders = await running();
      senders.addRobot();
      await senders.time.pass(MINUTE);
      await senders.store.accept([someMessage()], senders.time.now());
      await senders.time.pass(5 * SECOND);
      expect(senders.requestsTo().length).toBe(1);
    });

    it('asks no more than needed while messages wait', async () => {
      const senders = await running();
      const robot = senders.addRobot();
      robot.answerNext({ errcode: 130101, errmsg: 'send too fast, exceed 20 times per minute' });
      await senders.accept(...apps(20));
      let [asked, claimed] = [0, 0];
      const { store } = senders;
      const counting = { ...store, waitingRobots: store.waitingRobots, claim: store.claim };
      counting.waitingRobots = (now) => {
        asked += 1;
        return store.waitingRobots(now);
      };
      counting.claim = (...args) => {
        claimed += 1;
        return store.claim(...args);
      };
      const [first] = senders.senders;
      await senders.time.pass(SECOND);
      const stopped = first?.stop();
      await senders.time.pass(SECOND);
      await stopped;
      senders.startSender({ store: counting });
      await senders.time.pass(9 * MINUTE);
      expect(senders.requestsTo().length).toBe(1);
      expect(asked).toBeLessThan((9 * 60) / 5 + 30);
      expect(claimed).toBeLessThan(15);
    });

    it.each([3 * HOUR, -3 * HOUR])('goes on where the clock is set by %i ms', async (by) => {
      const senders = await running();
      const robot = senders.addRobot();
      await senders.accept({});
      robot.answerNext({ errcode: -1, errmsg: '系统繁忙' });
      await senders.accept({ app: 'second' }, { app: 'third' });
      await senders.time.pass(0);
      senders.time.setBy(by);
      await senders.time.pass(MINUTE + 5 * SECOND);
      await senders.accept({ app: 'fourth' });
      await senders.time.pass(MINUTE);
      const told = senders.ended
        .filter(({ ending }) => ending === 'sent')
        .flatMap(({ claim }) => claim.messages);
      expect(told.length).toBe(4);
    });

    it('waits for a store that cannot be used, and records an answer later', async () => {
      const senders = await running(0);
      senders.addRobot();
      let [isDown, failures, unrecorded] = [true, 0, 0];
      const { store } = senders;
      const fails = <T>(work: () => Promise<T>): Promise<T> => {
        if (!isDown) return work();
        failures += 1;
        return Promise.reject(new Error('the database is away'));
      };
      senders.startSender({
        store: {
          ...store,
          waitingRobots: (now) => fails(() => store.waitingRobots(now)),
          finish: (...args) => {
            unrecorded -= 1;
            return unrecorded >= 0 ? Promise.reject(new Error('disk full')) : store.finish(...args);
          },
        },
      });
      await senders.accept({});
      await senders.time.pass(MINUTE);
      expect(failures).toBeGreaterThan(5);
      expect(failures).toBeLessThan(20);
      isDown = false;
      await senders.time.pass(10 * SECOND);
      expect(senders.ended.map(({ ending }) => ending)).toEqual(['sent']);
      unrecorded = 3;
      await senders.accept({ app: 'second' });
      await senders.time.pass(20 * SECOND);
      expect(senders.ended.map(({ ending }) => ending)).toEqual(['sent', 'sent']);
      expect(senders.requestsTo().length).toBe(2);
    });

    it('repeats the request of a replica that was killed, with the same msgUuid', async () => {
      const senders = await running(0);
      senders.addRobot();
      let killed: unknown;
      const send = (_: unknown, message: object): Promise<never> => {
        killed = (message as { readonly msgUuid: string }).msgUuid;
        return new Promise(() => undefined);
      };
      senders.startSender({ client: { send } });
      await senders.accept(...apps(10));
      await senders.time.pass(SECOND);
      senders.startSender();
      await senders.time.pass(2 * MINUTE);
      expect(killed).toBeDefined();
      const told = senders.ended.flatMap(({ claim }) => claim.messages.map(({ id }) => id));
      expect(new Set(told).size).toBe(10);
      expect(told.length).toBe(10);
      expect(senders.requestsTo().map(({ body }) => body.msgUuid)).toContain(killed);
    });
  });

  describe('a stop', () => {
    it('lets the request under way end, and begins no other', async () => {
      const senders = await running(0);
      senders.addRobot();
      const sender = senders.startSender({ client: { send: neverAnswered(senders) } });
      senders.credentials.set(DEFAULT_ROBOT, { url: 'https://deaf.example' });
      await senders.accept({}, { app: 'another' });
      await senders.time.pass(SECOND);
      const stopped = sender.stop();
      await senders.time.pass(5 * SECOND);
      await stopped;
      expect(senders.ended.length).toBe(1);
      sender.wake();
      await senders.time.pass(MINUTE);
      expect(senders.ended.length).toBe(1);
    });

    it('waits five seconds at most', async () => {
      const senders = await running(0);
      senders.addRobot();
      const sender = senders.startSender({ client: { send: () => new Promise(() => undefined) } });
      await senders.accept({});
      await senders.time.pass(0);
      let isStopped = false;
      const stopped = sender.stop().then(() => {
        isStopped = true;
      });
      await senders.time.pass(4_999);
      expect(isStopped).toBe(false);
      await senders.time.pass(1);
      await stopped;
    });
  });
});
