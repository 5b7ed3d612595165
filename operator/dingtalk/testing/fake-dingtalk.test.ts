import { Agent, request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeDingTalk, type RobotOptions, startFakeDingTalk } from './fake-dingtalk.ts';
import { connectSender, HELLO, type Sender, type Sending } from './fake-dingtalk-sender.ts';

const MINUTE_MS = 60_000;
const START = 1_735_693_200_000;
const SECRET = 'SEC045ae0433d866d0019a47f441d3da2c3c5862b8a8c46f8ab1de83a6fb0b9a54c';
const ok = { httpStatus: 200, contentType: 'application/json', errcode: 0, errmsg: 'ok' };

let clock: number;
let fake: FakeDingTalk;
let sender: Sender;
const send = (sending?: Sending) => sender.send(sending);

beforeEach(async () => {
  clock = START;
  fake = await startFakeDingTalk({ now: () => clock });
  sender = await connectSender(fake);
});

afterEach(async () => {
  await sender.close();
  await fake.stop();
});

function refused(errcode: number, errmsg: string): object {
  return { ...ok, errcode, errmsg };
}

describe('the limit', () => {
  const tooFast = { ...refused(130101, 'send too fast, exceed 20 times per minute'), punish: 'deny' };

  beforeEach(() => void fake.addRobot({ token: 't' }));

  it('refuses the 21st message of a minute and everything for ten minutes after', async () => {
    for (let count = 1; count <= 20; count++) {
      expect(await send()).toEqual(ok);
      clock += 1_000;
    }
    expect(await send()).toMatchObject(tooFast);
    clock += 10 * MINUTE_MS - 1;
    expect(await send()).toMatchObject(tooFast);
    clock += 1;
    expect(await send()).toEqual(ok);
  });

  it('takes 20 messages a minute without end', async () => {
    for (let count = 1; count <= 60; count++) {
      expect(await send()).toEqual(ok);
      clock += MINUTE_MS / 20;
    }
  });

  it('counts each robot by itself, and only what is delivered', async () => {
    fake.addRobot({ token: 'other' });
    for (let count = 1; count <= 30; count++) expect((await send({ body: 'no JSON' })).errcode).toBe(40035);
    for (let count = 1; count <= 20; count++) expect(await send()).toEqual(ok);
    expect(await send()).toMatchObject(tooFast);
    expect(await send({ url: `${fake.url}/robot/send?access_token=other` })).toEqual(ok);
  });
});

describe('what becomes of a robot', () => {
  it.each([
    ['disabled', 400102, '机器人已停用'],
    ['removed', 400106, '机器人不存在'],
    ['group-dissolved', 400013, '群已被解散'],
  ] as const)('%s: refuses until it is active again', async (state, errcode, errmsg) => {
    const robot = fake.addRobot({ token: 't' });
    robot.setState(state);
    expect(await send()).toEqual(refused(errcode, errmsg));
    robot.setState('active');
    expect(await send()).toEqual(ok);
  });

  it('gives a queued answer once', async () => {
    fake.addRobot({ token: 't' }).answerNext({ errcode: -1, errmsg: '系统繁忙' });
    expect(await send()).toEqual(refused(-1, '系统繁忙'));
    expect(await send()).toEqual(ok);
  });

  it('gives an obstacle to all requests until it is gone', async () => {
    const robot = fake.addRobot({ token: 't' });
    robot.setObstacle({ errcode: 300005, errmsg: 'token is not exist' });
    for (const _ of [1, 2]) expect(await send()).toEqual(refused(300005, 'token is not exist'));
    robot.setObstacle('reset');
    await expect(send()).rejects.toThrow('other side closed');
    robot.setObstacle('page');
    await expect(send()).rejects.toThrow('not valid JSON');
    robot.setObstacle(undefined);
    expect(await send()).toEqual(ok);
  });
});

describe('the record', () => {
  const options: RobotOptions = { token: 't', secret: SECRET };

  it('has every request with its answer', async () => {
    const robot = fake.addRobot(options);
    await send({ url: robot.signedUrl(), headers: { 'x-own': 'header' } });
    await send({ url: `${fake.url}/nowhere`, method: 'GET' });
    expect(fake.requests).toMatchObject([
      {
        at: START,
        method: 'POST',
        path: '/robot/send',
        query: { access_token: 't', timestamp: String(START) },
        token: 't',
        headers: { 'x-own': 'header' },
        contentType: 'application/json',
        rawBody: JSON.stringify(HELLO),
        body: HELLO,
        errcode: 0,
        errmsg: 'ok',
        signature: 'valid',
      },
      {
        method: 'GET',
        path: '/nowhere',
        token: undefined,
        body: undefined,
        errcode: 404,
        signature: 'absent',
      },
    ]);
  });

  it('finds a past and a future delivery', async () => {
    const robot = fake.addRobot(options);
    const future = fake.waitForDelivery(({ errcode }) => errcode === 0, { describe: 'one that is taken' });
    await send();
    await send({ url: robot.signedUrl() });
    expect((await future).signature).toBe('valid');
    expect((await fake.waitForDelivery(({ errcode }) => errcode === 310000)).signature).toBe('absent');
  });

  it('says what came instead of what was waited for', async () => {
    fake.addRobot(options);
    await send();
    const waiting = fake.waitForDelivery(({ errcode }) => errcode === 0, {
      timeout: 20,
      describe: 'a good one',
    });
    await expect(waiting).rejects.toThrow(
      /20 ms waiting for a good one; what came:\n.*310000 sign not match.*hello/,
    );
  });

  it('mentions clients that do not trust its certificate', async () => {
    const stranger = new Agent();
    await expect(request(fake.url, { dispatcher: stranger })).rejects.toThrow(/certificate/);
    await stranger.close();
    const waiting = fake.waitForDelivery(() => true, { timeout: 100, describe: 'anything' });
    await expect(waiting).rejects.toThrow(/connection failed: /);
  });
});

it('answers on localhost too, and no more once it is stopped', async () => {
  fake.addRobot({ token: 't' });
  const url = fake.url.replace('127.0.0.1', 'localhost');
  expect(await send({ url: `${url}/robot/send?access_token=t` })).toEqual(ok);
  await fake.stop();
  await expect(send()).rejects.toThrow();
  await fake.stop();
});
