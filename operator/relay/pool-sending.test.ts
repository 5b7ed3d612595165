import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dispatching } from './dispatch.ts';
import type { RelayStore } from './model.ts';
import { chooseMember, membersOf, otherMember } from './pool.ts';
import type { QuietHours } from './quiet-hours.ts';
import { type SomeMessage, someMessage } from './testing/messages.ts';
import { DEFAULT_ROBOT, RunningSenders } from './testing/running-sender.ts';
import { SENDER_STORES } from './testing/sender-stores.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const webhook = (key: string) => ({ name: 'pool', key });
const POOL = { webhook: webhook('0'), pool: [{ webhook: webhook('1') }, { webhook: webhook('2') }] };
const MEMBERS = [...membersOf(DEFAULT_ROBOT, POOL).keys()];
const [FIRST, SECOND_ONE] = MEMBERS as [string, string, string];
const uidOf = (app: string): string => someMessage({ app }).application.uid;
/** Some Applications of each member. */
const APPS = MEMBERS.map((member) =>
  Array.from({ length: 200 }, (_, n) => `app-${n}`).filter((app) => {
    const message = { applicationUid: uidOf(app), isHeld: false };
    return chooseMember(MEMBERS, message, { answers: new Map(), now: 0 }) === member;
  }),
) as [string[], string[], string[]];

/** A group of three robots. */
class Pool {
  readonly senders: RunningSenders;
  readonly robots;
  quietHours: QuietHours | undefined;

  constructor(senders: RunningSenders, replicas: number) {
    this.senders = senders;
    this.robots = MEMBERS.map((member) => senders.addRobot(member));
    for (let n = 0; n < replicas; n++)
      senders.startSender({
        quietHoursOf: () => this.quietHours,
        otherMember: (key, message) =>
          otherMember(key, MEMBERS, message, { answers: this.answers, now: senders.time.now() }),
      });
  }

  answers: ReadonlyMap<string, Awaited<ReturnType<RelayStore['lastAnswers']>>[number]> = new Map();

  async accept(...some: readonly SomeMessage[]): Promise<void> {
    const { store, time, senders } = this.senders;
    await this.look();
    const door = dispatching({
      store,
      routed: () => ({ ...POOL, ...(this.quietHours && { quietHours: this.quietHours }) }),
      answers: () => this.answers,
      onDispatched: (keys) => senders[0]?.wake(keys),
    });
    await door.accept(
      some.map((each) => someMessage(each)),
      time.now(),
    );
  }

  /** The relay looks up the last answers every five seconds. */
  async look(): Promise<void> {
    const all = await this.senders.store.lastAnswers();
    this.answers = new Map(all.map((each) => [each.robot, each]));
  }

  /** What a member's robot has accepted, or was asked. */
  titles(member: number, errcode: number | 'any' = 0): string[] {
    const requests = this.senders.requestsTo(MEMBERS[member]);
    return requests
      .filter((each) => errcode === 'any' || each.errcode === errcode)
      .map(({ body }) => body.markdown.title);
  }

  /** How many messages were sent, alone or in digests. */
  get sent(): number {
    return this.senders.ended
      .filter(({ ending }) => ending === 'sent')
      .reduce((sum, { claim }) => sum + claim.messages.length, 0);
  }
}

describe.each(SENDER_STORES)('a pool of three, with a store %s,', { timeout: 60_000 }, (_, open) => {
  const opened: RunningSenders[] = [];
  let pool: Pool;
  beforeEach(async () => {
    const senders = await RunningSenders.start(await open());
    opened.push(senders);
    pool = new Pool(senders, 2);
  });
  afterEach(async () => {
    for (const senders of opened.splice(0)) await senders[Symbol.asyncDispose]();
  });

  it('takes three times as many messages as one robot, and each robot 18 in any minute', async () => {
    const { senders } = pool;
    for (let n = 0; n < 108; n++) {
      await pool.accept({ app: APPS[n % 3]?.[0] as string });
      await senders.time.pass(1_134);
    }
    await senders.time.pass(MINUTE);
    const times = MEMBERS.map((member) => senders.requestsTo(member).map(({ after }) => after));
    const within = (all: number[], from: number) => all.filter((at) => at >= from && at < from + MINUTE);
    for (const own of times) for (const at of own) expect(within(own, at).length).toBeLessThanOrEqual(18);
    // Each one by one: none was kept back for a digest.
    expect(times.map(({ length }) => length)).toEqual([36, 36, 36]);
    const all = times.flat().sort((a, b) => a - b);
    expect(Math.max(...all.map((at) => within(all, at).length))).toBeGreaterThan(50);
    expect(pool.sent).toBe(108);
  });

  it('loses none of 120 messages in a minute, and keeps the order of each Application', async () => {
    const { senders } = pool;
    for (let n = 0; n < 120; n++) {
      await pool.accept({ app: `app-${n % 20}`, event: `${n}` });
      await senders.time.pass(500);
    }
    await senders.time.pass(3 * MINUTE);
    expect(pool.sent).toBe(120);
    const ended = senders.ended
      .filter(({ ending }) => ending === 'sent')
      .flatMap(({ claim }) => claim.messages);
    for (const [, own] of Map.groupBy(ended, ({ application }) => application.uid)) {
      const events = own.map(({ event }) => Number(event.name));
      expect(events).toEqual(events.toSorted((a, b) => a - b));
    }
    for (const member of MEMBERS)
      for (const { errcode } of senders.requestsTo(member)) expect(errcode).toBe(0);
  });

  it('gives the messages of a robot that is gone to the others, and has it back', async () => {
    const { senders } = pool;
    const [[first], [second, other]] = APPS as [string[], string[], string[]] as [
      [string],
      [string, string],
      string[],
    ];
    pool.robots[1]?.setState('removed');
    await pool.accept(
      { app: second, event: '1' },
      { app: second, event: '2' },
      { app: other },
      { app: first },
    );
    await senders.time.pass(30 * SECOND);
    await pool.accept({ app: second, event: '3' });
    await senders.time.pass(30 * SECOND);
    expect(pool.sent).toBe(5);
    expect(senders.ended.some(({ ending }) => ending === 'dead')).toBe(false);
    // One request, and another one with credentials that were read again.
    expect(pool.titles(1, 'any')).toEqual([second, other]);
    const told = senders.ended
      .filter(({ ending }) => ending === 'sent')
      .flatMap(({ claim }) => claim.messages);
    const events = told
      .filter(({ application }) => application.name === second)
      .map(({ event }) => event.name);
    expect(events).toEqual(['1', '2', '3']);
    expect(new Set(told.map(({ id }) => id)).size).toBe(5);
    expect(await senders.store.queue()).toMatchObject({ messages: 0 });
    // Somebody has replaced it. Ten minutes after the failure, the relay finds that out.
    pool.robots[1]?.setState('active');
    await senders.time.pass(10 * MINUTE);
    await pool.accept({ app: second, event: '4' });
    await senders.time.pass(SECOND);
    expect(pool.titles(1)).toEqual([second]);
    expect(pool.sent).toBe(6);
  });

  it('gives a message away at once while a robot is known to fail, also if another one fails, too', async () => {
    const { senders } = pool;
    pool.robots[1]?.setState('removed');
    pool.robots[2]?.setState('removed');
    for (let n = 0; n < 12; n++) {
      await pool.accept({ app: APPS[1 + (n % 2)]?.[n] as string });
      await senders.time.pass(5 * SECOND);
    }
    await senders.time.pass(MINUTE);
    expect(pool.sent).toBe(12);
    expect(pool.titles(1, 'any').length + pool.titles(2, 'any').length).toBeLessThanOrEqual(6);
  });

  it('has dead letters only if all robots are gone', async () => {
    for (const robot of pool.robots) robot.setState('removed');
    await pool.accept(...APPS.map(([app]) => ({ app: app as string })));
    for (let n = 0; n < 12; n++) {
      await pool.senders.time.pass(5 * SECOND);
      await pool.look();
    }
    await pool.senders.time.pass(10 * MINUTE);
    expect(pool.sent).toBe(0);
    const dead = pool.senders.ended.filter(({ ending }) => ending === 'dead');
    expect(dead.flatMap(({ claim }) => claim.messages).length).toBe(3);
    expect(await pool.senders.store.queue()).toMatchObject({ messages: 0 });
  });

  it('goes on without a robot whose Secret is gone, and waits for one that cannot be read now', async () => {
    const { senders } = pool;
    const [[first], [second]] = APPS as unknown as [[string], [string]];
    let isUnknown = true;
    senders.startSender({
      credentialOf: async (key) => {
        const credential = senders.credentials.get(key);
        return credential && key !== SECOND_ONE
          ? { credential }
          : { refusal: { message: 'no Secret', isUnknown } };
      },
      otherMember: (key, message) =>
        otherMember(key, MEMBERS, message, { answers: pool.answers, now: senders.time.now() }),
    });
    // The first two replicas do nothing.
    for (const sender of senders.senders.splice(0, 2))
      await Promise.all([sender.stop(), senders.time.pass(5 * SECOND)]);
    await pool.accept({ app: first }, { app: second });
    await senders.time.pass(MINUTE);
    expect(pool.sent).toBe(1);
    isUnknown = false;
    await senders.time.pass(MINUTE);
    expect(pool.sent).toBe(2);
    expect(pool.titles(1, 'any')).toEqual([]);
  });

  it('tells one digest at the end of quiet hours, by the first robot', async () => {
    pool.quietHours = { from: '07:00', to: '09:00', timeZone: 'UTC' };
    for (let n = 0; n < 30; n++) await pool.accept({ app: `app-${n}` });
    await pool.senders.time.pass(HOUR + MINUTE);
    const told = MEMBERS.flatMap((_member, index) => pool.titles(index));
    expect(told).toEqual(['🔴 30 notifications about 30 applications']);
    expect(pool.senders.requestsTo(FIRST).length).toBe(1);
  });

  it('loses nothing of quiet hours if that robot fails at their end', async () => {
    pool.quietHours = { from: '07:00', to: '09:00', timeZone: 'UTC' };
    for (let n = 0; n < 30; n++) await pool.accept({ app: `app-${n}` });
    pool.robots[0]?.setState('removed');
    await pool.senders.time.pass(HOUR + MINUTE);
    expect(pool.sent).toBe(30);
    expect(pool.senders.requestsTo(FIRST).length).toBe(2);
  });

  it('knows a repetition, whichever robot gets it', async () => {
    const message = someMessage({ app: 'shop' });
    const keys = MEMBERS.map((robot) => ({ ...message, robot }));
    const { store, time } = pool.senders;
    expect(await store.accept(keys.slice(0, 1), time.now())).toBe(1);
    for (const key of keys) expect(await store.accept([key], time.now())).toBe(0);
    expect(await store.accept([{ ...message, robot: 'team-b/robot' }], time.now())).toBe(1);
  });
});
