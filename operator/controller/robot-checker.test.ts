import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { DeliveryCheck } from '../core/delivery/checks.ts';
import { NOW } from '../core/testing/fixtures.ts';
import type { DeliveryOutcome } from '../dingtalk/outcome.ts';
import { RobotChecker } from './robot-checker.ts';

const OK: DeliveryOutcome = { reason: 'Delivering', class: 'ok', errcode: 0 };
const REFUSED: DeliveryOutcome = { reason: 'TokenUnknown', class: 'final', errcode: 300005 };
const BUSY: DeliveryOutcome = { reason: 'DingTalkBusy', class: 'retry', errcode: -1 };

/** Each in its own namespace. */
const checkOfMany = (name: string): DeliveryCheck =>
  check(name, { message: { namespace: `team-${name}`, name, locale: 'en', keywords: [] } });

const check = (name: string, fields: Partial<DeliveryCheck> = {}): DeliveryCheck => ({
  robot: `team/${name}`,
  fingerprint: 'aaaaaaaa',
  requested: '',
  credential: { url: `https://oapi.dingtalk.com/robot/send?access_token=${name}` },
  message: { namespace: 'team', name, locale: 'en', keywords: [] },
  dueAt: NOW,
  ...fields,
});

function setUp() {
  const sent: { url: string; at: Date | undefined; answer: (outcome: DeliveryOutcome) => void }[] = [];
  const pauses: { ms: number; end: () => void }[] = [];
  const lines: string[] = [];
  let outcomes = 0;
  const state = { isTold: true, maySend: true };
  const log = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const checker = new RobotChecker({
    send: ({ url }, _, at) => new Promise((answer) => sent.push({ url, at, answer })),
    pause: (ms, signal) =>
      new Promise((end, reject) => {
        pauses.push({ ms, end });
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
    now: () => NOW,
    random: () => 0.5,
    maySend: () => state.maySend,
    isTold: () => state.isTold,
    onNews: () => outcomes++,
    onOutcome: () => undefined,
    log: { debug: log, info: log, warn: log, error: log },
  });
  const update = (...checks: DeliveryCheck[]) => {
    checker.update(checks, checker.memory);
    for (const { robot } of checks) checker.resume(robot);
  };
  const answer = async (index: number, outcome: DeliveryOutcome) => {
    sent[index]?.answer(outcome);
    await settle();
  };
  const observed = (name: string) => checker.memory.get(`team/${name}`)?.observation;
  return { sent, pauses, lines, state, checker, update, answer, observed, outcomes: () => outcomes };
}

/** Lets all pending callbacks run. */
const settle = async () => {
  for (let i = 0; i < 5; i++) await setImmediate();
};

describe('a check', () => {
  it('is made once, however often it is called for, and remembered', async () => {
    const { sent, update, answer, observed, outcomes } = setUp();
    for (let i = 0; i < 5; i++) update(check('a'));
    await settle();
    expect(sent.map(({ url }) => url)).toEqual(['https://oapi.dingtalk.com/robot/send?access_token=a']);
    await answer(0, OK);
    expect(observed('a')).toEqual({ fingerprint: 'aaaaaaaa', outcome: OK, checkedAt: NOW });
    expect(outcomes()).toBe(1);
  });

  it('is signed by the clock of the API server, as the URLs that Argo CD calls are', async () => {
    const { sent, update } = setUp();
    update(check('a'));
    await settle();
    expect(sent.map(({ at }) => at)).toEqual([NOW]);
  });

  it('is not made by a run that does not know the outcome of the last one', async () => {
    const { sent, checker, update, answer } = setUp();
    update(check('a'));
    const before = checker.memory;
    await settle();
    await answer(0, OK);
    checker.update([check('a')], before);
    await settle();
    expect(sent.length).toBe(1);
    // A caller that knows the last outcome may ask for another check.
    update(check('a', { fingerprint: 'bbbbbbbb' }));
    await settle();
    expect(sent.length).toBe(2);
  });

  it('goes on, and what is known is kept, while it can not be said whether the robot is to be checked', async () => {
    const { sent, checker, update, answer, observed } = setUp();
    update(check('a'), check('b'));
    await settle();
    await answer(0, OK);
    checker.update(
      [],
      checker.memory,
      new Map([
        ['team/a', 'now'],
        ['team/b', ''],
        ['team/c', 'before'],
      ]),
    );
    // A request that was there when the robot was first seen is an old one; a later request is not forgotten.
    expect(checker.memory.get('team/c')).toEqual({ requested: 'before' });
    expect(checker.memory.get('team/a')?.requested).toBe('');
    await answer(1, REFUSED);
    expect(observed('a')?.outcome).toEqual(OK);
    expect(observed('b')?.outcome).toEqual(REFUSED);
    expect(sent.length).toBe(2);
    update();
    expect(checker.memory.size).toBe(0);
  });

  it('that is not due yet is not made', async () => {
    const { sent, update } = setUp();
    const { dueAt: _, ...never } = check('b');
    update(check('a', { dueAt: new Date(NOW.getTime() + 1) }), never);
    await settle();
    expect(sent).toEqual([]);
  });

  it('that DingTalk refuses for good has one attempt', async () => {
    const { sent, update, answer, observed } = setUp();
    update(check('a'));
    await settle();
    await answer(0, REFUSED);
    expect(observed('a')?.outcome).toBe(REFUSED);
    expect(sent.length).toBe(1);
  });

  it('has three attempts while there is hope, with pauses, and then an outcome', async () => {
    const { sent, pauses, update, answer, observed } = setUp();
    update(check('a'));
    await settle();
    for (let attempt = 0; attempt < 3; attempt++) {
      expect(observed('a')).toBeUndefined();
      await answer(attempt, BUSY);
      pauses[attempt]?.end();
      await settle();
    }
    expect(pauses.map(({ ms }) => ms)).toEqual([750, 1_500]);
    expect(sent.length).toBe(3);
    expect(observed('a')?.outcome).toBe(BUSY);
  });

  it('whose later attempt succeeds was a good one', async () => {
    const { pauses, update, answer, observed } = setUp();
    update(check('a'));
    await settle();
    await answer(0, BUSY);
    pauses[0]?.end();
    await settle();
    await answer(1, OK);
    expect(observed('a')?.outcome).toBe(OK);
  });

  it('of credentials that have changed meanwhile is dropped, and the new ones are checked', async () => {
    const { sent, update, answer, observed, outcomes } = setUp();
    update(check('a'));
    await settle();
    update(check('a', { fingerprint: 'bbbbbbbb' }));
    await settle();
    await answer(0, REFUSED);
    expect(observed('a')).toBeUndefined();
    expect(outcomes()).toBe(0);
    await answer(1, OK);
    expect(observed('a')).toMatchObject({ fingerprint: 'bbbbbbbb', outcome: OK });
    expect(sent.length).toBe(2);
  });

  it('that nobody wants any more is broken off between attempts', async () => {
    const { sent, pauses, update, answer, checker } = setUp();
    update(check('a'));
    await settle();
    await answer(0, BUSY);
    expect(pauses.length).toBe(1);
    update();
    await settle();
    expect(sent.length).toBe(1);
    expect(checker.memory.size).toBe(0);
  });

  it('remembers which request it answered, and of a new robot which one was there before', async () => {
    const { checker, update, answer } = setUp();
    const { dueAt: _, ...working } = check('a', { requested: 'old' });
    update(working);
    expect(checker.memory.get('team/a')).toEqual({ requested: 'old' });
    update(check('a', { requested: 'new' }));
    await settle();
    expect(checker.memory.get('team/a')?.requested).toBe('old');
    await answer(0, REFUSED);
    expect(checker.memory.get('team/a')?.requested).toBe('new');
  });
});

describe('many checks', () => {
  it('go a bounded number at a time', async () => {
    const { sent, update, answer, observed } = setUp();
    const names = Array.from({ length: 40 }, (_, index) => `r${index}`);
    update(...names.map(checkOfMany));
    await settle();
    expect(sent.length).toBe(16);
    for (let index = 0; index < 40; index++) await answer(index, OK);
    expect(names.every((name) => observed(name)?.outcome === OK)).toBe(true);
  });
});

describe('many checks of one namespace', () => {
  it('leave places for those of others', async () => {
    const { sent, update, answer, observed } = setUp();
    const names = Array.from({ length: 40 }, (_, index) => `r${index}`);
    update(...names.map((name) => check(name)), checkOfMany('late'));
    await settle();
    expect(sent.map(({ url }) => url.replace(/.*=/, ''))).toEqual(['r0', 'r1', 'late']);
    for (let index = 0; index < 41; index++) await answer(index, OK);
    expect([...names, 'late'].every((name) => observed(name)?.outcome === OK)).toBe(true);
  });
});

describe('the end', () => {
  it('waits for what was sent, says that there is something to tell, and starts nothing any more', async () => {
    const { sent, checker, update, observed } = setUp();
    update(...Array.from({ length: 17 }, (_, index) => checkOfMany(`r${index}`)));
    await settle();
    const closed = checker.close();
    for (const each of sent) each.answer(OK);
    expect(await closed).toBe(true);
    expect(sent.length).toBe(16);
    expect(observed('r0')?.outcome).toBe(OK);
    expect(observed('r16')).toBeUndefined();
    update(check('later'));
    await settle();
    expect(sent.length).toBe(16);
  });

  it('has nothing to tell where a run knew of all outcomes', async () => {
    const { checker, update, answer } = setUp();
    update(check('a'));
    await settle();
    await answer(0, OK);
    update(check('a', { dueAt: new Date(NOW.getTime() + 1) }));
    expect(await checker.close()).toBe(false);
  });

  it('does not wait for pauses', async () => {
    const { checker, update, answer, observed } = setUp();
    update(check('a'));
    await settle();
    await answer(0, BUSY);
    expect(await checker.close()).toBe(true);
    expect(observed('a')?.outcome).toBe(BUSY);
  });

  it('takes back an announcement whose message was not sent, and says so', async () => {
    const { sent, checker, update, state } = setUp();
    state.isTold = false;
    update(check('a'));
    expect(await checker.close()).toBe(true);
    expect(sent).toEqual([]);
    expect(checker.memory.get('team/a')).toEqual({ requested: '', retracted: '2026-11-23T08:00:00Z' });
  });
});

describe('a message', () => {
  const announced = { fingerprint: 'aaaaaaaa', sendingAt: '2026-11-23T08:00:00Z' };

  it('is sent once the status announces it, and not before', async () => {
    const { sent, checker, update, state, answer, observed } = setUp();
    state.isTold = false;
    update(check('a'));
    await settle();
    expect(sent).toEqual([]);
    expect(checker.memory.get('team/a')).toEqual({ requested: '', announced });
    state.isTold = true;
    checker.resume('team/a');
    await settle();
    expect(sent.length).toBe(1);
    await answer(0, OK);
    expect(observed('a')?.outcome).toBe(OK);
    expect(checker.memory.get('team/a')).not.toHaveProperty('announced');
  });

  it('is not sent by a replica that does not lead any more', async () => {
    const { sent, checker, update, state } = setUp();
    state.maySend = false;
    update(check('a'));
    await settle();
    expect(sent).toEqual([]);
    expect(checker.memory.get('team/a')).toEqual({ requested: '', retracted: announced.sendingAt });
  });

  it('is not sent after the end of the term, however late the status comes', async () => {
    const { sent, checker, update, state } = setUp();
    state.isTold = false;
    update(check('a'));
    checker.abandon();
    state.isTold = true;
    checker.resume('team/a');
    await settle();
    expect(sent).toEqual([]);
  });
});

it('logs name the robot and the reason', async () => {
  const { update, answer, lines } = setUp();
  update(check('a'));
  await settle();
  await answer(0, REFUSED);
  expect(lines).toEqual(['test message sent {"robot":"team/a","reason":"TokenUnknown","errcode":300005}']);
});
