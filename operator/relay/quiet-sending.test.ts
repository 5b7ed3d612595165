import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dispatching } from './dispatch.ts';
import type { QuietHours } from './quiet-hours.ts';
import type { SenderOptions } from './sender-options.ts';
import { type SomeMessage, someMessage } from './testing/messages.ts';
import { RunningSenders, START } from './testing/running-sender.ts';
import { SENDER_STORES } from './testing/sender-stores.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** They end an hour after the tests' beginning. */
const untilNine: QuietHours = { from: '07:00', to: '09:00', timeZone: 'UTC' };

/** A group with quiet hours, which a test may change. */
class QuietGroup {
  readonly senders: RunningSenders;
  hours: QuietHours | undefined;

  constructor(senders: RunningSenders, hours: QuietHours) {
    this.senders = senders;
    this.hours = hours;
  }

  start(options: Partial<SenderOptions> = {}): void {
    this.senders.startSender({ quietHoursOf: () => this.hours, ...options });
  }

  async accept(...some: readonly SomeMessage[]): Promise<void> {
    const { store, time } = this.senders;
    const messages = some.map((each) => someMessage(each));
    const door = dispatching({
      store,
      routed: () => ({ webhook: { name: 'a', key: 'b' }, ...(this.hours && { quietHours: this.hours }) }),
      answers: () => new Map(),
      onDispatched: (keys) => {
        for (const sender of this.senders.senders) sender.wake(keys);
      },
    });
    await door.accept(messages, time.now());
  }

  get told(): { readonly after: number; readonly title: string }[] {
    return this.senders.requestsTo().map(({ after, body }) => ({ after, title: body.markdown.title }));
  }
}

const apps = (count: number, some: SomeMessage = {}): SomeMessage[] =>
  Array.from({ length: count }, (_, n) => ({ ...some, app: `app-${String(n).padStart(4, '0')}` }));

describe.each(SENDER_STORES)('in quiet hours, with a store %s,', { timeout: 60_000 }, (_, open) => {
  const opened: RunningSenders[] = [];
  afterEach(async () => {
    for (const senders of opened.splice(0)) await senders[Symbol.asyncDispose]();
  });
  let group: QuietGroup;
  const groupWith = async (more: Partial<QuietHours> = {}): Promise<QuietGroup> => {
    const senders = await RunningSenders.start(await open());
    opened.push(senders);
    return new QuietGroup(senders, { ...untilNine, ...more });
  };
  beforeEach(async () => {
    group = await groupWith({ except: { events: ['on-sync-failed'], mentions: true } });
  });

  it('messages wait, also those of the last seconds, and are one digest at the end', async () => {
    const { senders } = group;
    senders.addRobot();
    group.start();
    group.start();
    for (const app of apps(119)) {
      await group.accept(app);
      await senders.time.pass(30 * SECOND);
    }
    await senders.time.pass(25 * SECOND);
    await group.accept({ app: 'late' });
    expect(group.told).toEqual([]);
    await senders.time.pass(5 * SECOND);
    expect(group.told).toEqual([{ after: HOUR, title: '🔴 120 notifications about 120 applications' }]);
    await group.accept({ app: 'morning' });
    await senders.time.pass(MINUTE);
    expect(group.told.slice(1)).toEqual([{ after: HOUR + 5 * SECOND - 5 * SECOND, title: 'morning' }]);
  });

  it('messages of the last seconds alone are one digest, too', async () => {
    group.senders.addRobot();
    group.start();
    await group.senders.time.pass(HOUR - 2 * SECOND);
    await group.accept(...apps(2));
    await group.senders.time.pass(2 * SECOND);
    expect(group.told).toEqual([{ after: HOUR, title: '🔴 2 notifications about 2 applications' }]);
  });

  it('a message that waits alone is told as it is', async () => {
    group.senders.addRobot();
    group.start();
    await group.accept({ app: 'shop' });
    await group.senders.time.pass(2 * HOUR);
    expect(group.told).toEqual([{ after: HOUR, title: 'shop' }]);
  });

  it('exceptions are told at once, however many others wait, and about the same Application', async () => {
    group.senders.addRobot();
    group.start();
    await group.accept(...apps(1_050));
    await group.accept(
      { app: 'app-0000', trigger: 'on-sync-failed' },
      { app: 'app-0001', at: { all: true } },
    );
    await group.senders.time.pass(SECOND);
    expect(group.told).toEqual([
      { after: 0, title: 'app-0000' },
      { after: 0, title: 'app-0001' },
    ]);
    await group.senders.time.pass(2 * HOUR);
    expect(group.told.slice(2).map(({ title }) => title)).toEqual([
      '🔴 1000 notifications about 1000 applications',
      '🔴 50 notifications about 50 applications',
    ]);
    expect(group.senders.ended.flatMap(({ claim }) => claim.messages).length).toBe(1_052);
  });

  it('a message does not grow too old, and its age counts from the end', async () => {
    const { senders } = group;
    const [maxEventAgeMs, robot] = [10 * MINUTE, senders.addRobot()];
    group.start({ maxEventAgeMs });
    await group.accept({ app: 'shop' });
    const sweep = async (): Promise<void> => {
      await senders.time.pass(5 * MINUTE);
      await senders.store.sweep(senders.time.now(), maxEventAgeMs);
    };
    for (let n = 0; n < 11; n++) await sweep();
    expect(await senders.store.queue()).toEqual({ messages: 1, oldestAt: START + HOUR });
    // From the end on, DingTalk is away: the message has ten minutes.
    for (let n = 0; n < 100; n++) robot.answerNext({ errcode: -1, errmsg: '系统繁忙' });
    for (let n = 0; n < 5; n++) await sweep();
    expect(await senders.store.queue()).toMatchObject({ messages: 0 });
    const attempts = group.told.map(({ after }) => after);
    expect(attempts[0]).toBe(HOUR);
    expect(attempts.length).toBeGreaterThan(3);
    expect(attempts.at(-1)).toBeLessThanOrEqual(HOUR + maxEventAgeMs);
  });

  it('a request that was made before is repeated, and what came before waits', async () => {
    group = await groupWith({ from: '08:01' });
    const robot = group.senders.addRobot();
    group.start();
    for (let n = 0; n < 8; n++) robot.answerNext({ errcode: -1, errmsg: '系统繁忙' });
    await group.accept({ app: 'shop' }, { app: 'shop', event: 'again' });
    await group.senders.time.pass(HOUR - SECOND);
    const uuids = group.senders.requestsTo().map(({ body }) => body.msgUuid);
    expect(uuids.length).toBe(9);
    expect(new Set(uuids).size).toBe(1);
    await group.senders.time.pass(SECOND);
    expect(group.told.slice(9)).toEqual([{ after: HOUR, title: 'shop' }]);
  });

  it('a digest that DingTalk does not take comes again, before later messages of its Applications', async () => {
    const robot = group.senders.addRobot();
    group.start();
    await group.accept(...apps(3));
    robot.answerNext({ errcode: -1, errmsg: '系统繁忙' });
    await group.senders.time.pass(HOUR);
    await group.accept({ app: 'app-0001', trigger: 'on-health-recovered' });
    await group.senders.time.pass(MINUTE);
    const [digest, again, single] = group.senders.requestsTo();
    expect(again?.body).toEqual(digest?.body);
    expect(single).toMatchObject({ body: { markdown: { title: 'app-0001' } } });
  });

  it('that somebody takes away, what waits is told within a minute', async () => {
    group.senders.addRobot();
    group.start();
    await group.accept(...apps(2));
    await group.senders.time.pass(10 * MINUTE);
    group.hours = undefined;
    await group.senders.time.pass(MINUTE);
    expect(group.told.map(({ title }) => title)).toEqual(['🔴 2 notifications about 2 applications']);
  });

  it('of another robot, messages go on', async () => {
    group.senders.addRobot('team-a/loud');
    const loud = (robot: string) => (robot === 'team-a/loud' ? undefined : untilNine);
    group.senders.startSender({ quietHoursOf: loud });
    await group.senders.accept({ robot: 'team-a/loud', app: 'shop' });
    await group.senders.time.pass(0);
    expect(group.senders.requestsTo('team-a/loud').length).toBe(1);
  });
});
