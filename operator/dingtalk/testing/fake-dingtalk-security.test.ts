import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeDingTalk, startFakeDingTalk } from './fake-dingtalk.ts';
import { connectSender, HELLO, type Sender, type Sending } from './fake-dingtalk-sender.ts';

const HOUR_MS = 3_600_000;
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

function refused(errcode: number, errmsg: string | RegExp): object {
  return { ...ok, errcode, errmsg: typeof errmsg === 'string' ? errmsg : expect.stringMatching(errmsg) };
}

describe('signatures', () => {
  /** Known: Base64 with `/`, and the same in a URL. */
  const SIGN = 'BSe0QzwtBdzTlEnmaVptmDApFF/EyDdmvpE/DajHtoE=';
  const withQuery = (query: string): string => `${fake.url}/robot/send?access_token=t${query}`;
  const signed = `&timestamp=${START}&sign=${encodeURIComponent(SIGN)}`;
  const signMismatch = refused(310000, /^sign not match, more: /);
  const invalidTimestamp = refused(310000, /^invalid timestamp, more: /);

  beforeEach(() => void fake.addRobot({ token: 't', secret: SECRET }));

  it('takes the right one, and signs the same itself', async () => {
    expect(await send({ url: withQuery(signed) })).toEqual(ok);
    expect(fake.requests[0]?.signature).toBe('valid');
    expect(fake.addRobot({ token: 't', secret: SECRET }).signedUrl(START)).toBe(withQuery(signed));
  });

  it.each<[string, string, string]>([
    ['none', '', 'absent'],
    ['a sign without a timestamp', `&sign=${encodeURIComponent(SIGN)}`, 'invalid'],
    ['a timestamp without a sign', `&timestamp=${START}`, 'invalid'],
    ['another timestamp', `&timestamp=${START + 1}&sign=${encodeURIComponent(SIGN)}`, 'invalid'],
    ['a timestamp that is no number', `&timestamp=now&sign=${encodeURIComponent(SIGN)}`, 'invalid'],
    [
      'a sign that is encoded twice',
      `&timestamp=${START}&sign=${encodeURIComponent(encodeURIComponent(SIGN))}`,
      'invalid',
    ],
    ['one signature after another', `${signed}${signed}`, 'invalid'],
  ])('refuses %s', async (_name, query, signature) => {
    expect(await send({ url: withQuery(query) })).toEqual(signMismatch);
    expect(fake.requests[0]?.signature).toBe(signature);
  });

  it('does not look at headers', async () => {
    const headers = { timestamp: String(START), sign: SIGN };
    expect(await send({ url: withQuery(''), headers })).toEqual(signMismatch);
  });

  it.each([-HOUR_MS, HOUR_MS])('takes a timestamp that is %d ms off', async (offset) => {
    clock = START + offset;
    expect(await send({ url: withQuery(signed) })).toEqual(ok);
  });

  it.each([-HOUR_MS - 1, HOUR_MS + 1])('refuses a timestamp that is %d ms off', async (offset) => {
    clock = START + offset;
    expect(await send({ url: withQuery(signed) })).toEqual(invalidTimestamp);
    expect(fake.requests[0]?.signature).toBe('expired');
  });

  it('needs the new secret after a change of secrets', async () => {
    const robot = fake.addRobot({ token: 't', secret: 'SECnew' });
    expect(await send({ url: withQuery(signed) })).toEqual(signMismatch);
    expect(await send({ url: robot.signedUrl() })).toEqual(ok);
  });
});

describe('keywords', () => {
  const missing = refused(310000, /^keywords not in content, more: /);

  beforeEach(() => void fake.addRobot({ token: 't', keywords: ['Argo CD', '部署'] }));

  it.each<[string, object]>([
    ['text', { msgtype: 'text', text: { content: 'from Argo CD' } }],
    ['markdown text', { msgtype: 'markdown', markdown: { title: 'a', text: '已部署' } }],
    ['markdown title', { msgtype: 'markdown', markdown: { title: 'Argo CD', text: 'b' } }],
    ['link', { msgtype: 'link', link: { title: 'a', text: 'Argo CD', messageUrl: 'https://a.example' } }],
    [
      'feedCard title',
      {
        msgtype: 'feedCard',
        feedCard: { links: [{ title: 'Argo CD', messageURL: 'https://a', picURL: 'https://a' }] },
      },
    ],
  ])('takes one in %s', async (_name, body) => {
    expect(await send({ body })).toEqual(ok);
  });

  it.each<[string, object]>([
    ['nowhere', HELLO],
    ['in another case', { msgtype: 'text', text: { content: 'argo cd' } }],
    ['in a field nobody reads', { ...HELLO, note: 'Argo CD' }],
    ['in a URL', { msgtype: 'link', link: { title: 'a', text: 'b', messageUrl: 'https://部署.example' } }],
  ])('refuses one %s', async (_name, body) => {
    expect(await send({ body })).toEqual(missing);
  });
});

describe('addresses', () => {
  it.each(['127.0.0.1', '127.0.0.0/8'])('takes a sender in %s', async (allowed) => {
    fake.addRobot({ token: 't', allowedIps: ['203.0.113.7', allowed] });
    expect(await send()).toEqual(ok);
  });

  it.each(['203.0.113.7', '203.0.113.0/24'])('refuses a sender outside %s', async (allowed) => {
    fake.addRobot({ token: 't', allowedIps: [allowed] });
    expect(await send()).toEqual(refused(310000, /^ip 127\.0\.0\.1 not in whitelist, more: /));
  });
});
