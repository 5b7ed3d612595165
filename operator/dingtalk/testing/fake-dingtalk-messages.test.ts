import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeDingTalk, startFakeDingTalk } from './fake-dingtalk.ts';
import { connectSender, HELLO, type Sender, type Sending } from './fake-dingtalk-sender.ts';

const ok = { httpStatus: 200, contentType: 'application/json', errcode: 0, errmsg: 'ok' };

let fake: FakeDingTalk;
let sender: Sender;
const send = (sending?: Sending) => sender.send(sending);

beforeEach(async () => {
  fake = await startFakeDingTalk();
  sender = await connectSender(fake);
  fake.addRobot({ token: 't' });
});

afterEach(async () => {
  await sender.close();
  await fake.stop();
});

function refused(errcode: number, errmsg: string): object {
  return { ...ok, errcode, errmsg };
}

describe('the envelope', () => {
  it('takes a right message', async () => {
    expect(await send()).toEqual(ok);
    expect(await send({ contentType: 'application/json; charset=utf-8' })).toEqual(ok);
  });

  it.each(['/robot/sends', '/', '/robot/send/x'])('refuses the path %s', async (path) => {
    expect(await send({ url: `${fake.url}${path}?access_token=t` })).toEqual(
      refused(404, '请求的URI地址不存在'),
    );
  });

  it.each(['GET', 'PUT'])('refuses the method %s', async (method) => {
    expect(await send({ method })).toEqual(refused(43002, '需要POST请求'));
  });

  it.each([undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=gbk'])(
    'refuses the content type %s',
    async (contentType) => {
      expect(await send({ contentType })).toEqual(refused(43004, '无效的HTTP HEADER Content-Type'));
    },
  );

  it.each(['', '?access_token='])('refuses the query "%s" without a token', async (query) => {
    const reply = await send({ url: `${fake.url}/robot/send${query}` });
    expect(reply).toEqual(refused(40035, '缺少参数 access_token'));
  });

  it('refuses a token that nobody has', async () => {
    const reply = await send({ url: `${fake.url}/robot/send?access_token=other` });
    expect(reply).toEqual(refused(300005, 'token is not exist'));
  });

  it.each([
    '',
    '{"msgtype":"text"',
    'hello',
    '[]',
    'null',
    '"text"',
    Buffer.from('{"msgtype":"\xff"}', 'latin1'),
  ])('refuses the body %j, which is no JSON object', async (body) => {
    expect(await send({ body })).toEqual(refused(40035, '缺少参数 json'));
  });

  it('counts the bytes of a body, not its characters', async () => {
    const sized = (bytes: number): string => {
      const empty = Buffer.byteLength(JSON.stringify({ msgtype: 'text', text: { content: '' } }));
      const characters = Math.floor((bytes - empty) / 3);
      const content = '字'.repeat(characters) + 'x'.repeat(bytes - empty - 3 * characters);
      return JSON.stringify({ msgtype: 'text', text: { content } });
    };
    expect(await send({ body: sized(20_000) })).toEqual(ok);
    expect(await send({ body: sized(20_001) })).toEqual(
      refused(460101, 'message too long, exceed 20000 bytes'),
    );
  });
});

describe('messages', () => {
  const markdown = { title: 'a', text: 'b' };
  const button = { title: 'a', actionURL: 'https://a.example' };
  const feed = { title: 'a', messageURL: 'https://a.example', picURL: 'https://a.example/p.png' };

  it.each<[string, object]>([
    ['text that mentions', { ...HELLO, at: { atMobiles: ['180'], atUserIds: ['u'], isAtAll: false } }],
    [
      'link',
      { msgtype: 'link', link: { title: 'a', text: 'b', messageUrl: 'https://a.example', picUrl: '' } },
    ],
    ['markdown', { msgtype: 'markdown', markdown, at: { isAtAll: true } }],
    [
      'actionCard with one button',
      {
        msgtype: 'actionCard',
        actionCard: { ...markdown, singleTitle: 'c', singleURL: 'https://a.example' },
      },
    ],
    [
      'actionCard with buttons',
      { msgtype: 'actionCard', actionCard: { ...markdown, btnOrientation: '1', btns: [button, button] } },
    ],
    ['feedCard', { msgtype: 'feedCard', feedCard: { links: [feed] } }],
  ])('takes %s', async (_name, body) => {
    expect(await send({ body })).toEqual(ok);
  });

  it.each(['image', 'Text', 'constructor', 7])('refuses the message type %s', async (msgtype) => {
    expect(await send({ body: { ...HELLO, msgtype } })).toEqual(refused(400105, '不支持的消息类型'));
  });

  it.each<[string, object]>([
    ['缺少参数 msgtype', { text: { content: 'hello' } }],
    ['缺少参数 markdown', { msgtype: 'markdown', text: { content: 'hello' } }],
    ['缺少参数 text.content', { msgtype: 'text', text: {} }],
    ['缺少参数 text.content', { msgtype: 'text', text: { content: '' } }],
    ['不合法的参数 text.content', { msgtype: 'text', text: { content: 7 } }],
    ['不合法的参数 text', { msgtype: 'text', text: 'hello' }],
    ['缺少参数 markdown.title', { msgtype: 'markdown', markdown: { text: 'b' } }],
    ['缺少参数 markdown.text', { msgtype: 'markdown', markdown: { title: 'a' } }],
    [
      '缺少参数 link.messageUrl',
      { msgtype: 'link', link: { title: 'a', text: 'b', messageURL: 'https://a.example' } },
    ],
    ['缺少参数 actionCard.btns', { msgtype: 'actionCard', actionCard: markdown }],
    ['缺少参数 actionCard.btns', { msgtype: 'actionCard', actionCard: { ...markdown, btns: [] } }],
    [
      '缺少参数 actionCard.btns.actionURL',
      { msgtype: 'actionCard', actionCard: { ...markdown, btns: [{ title: 'a' }] } },
    ],
    [
      '缺少参数 actionCard.singleURL',
      { msgtype: 'actionCard', actionCard: { ...markdown, singleTitle: 'c' } },
    ],
    [
      '不合法的参数 actionCard.btnOrientation',
      { msgtype: 'actionCard', actionCard: { ...markdown, btnOrientation: 0, btns: [button] } },
    ],
    ['缺少参数 feedCard.links', { msgtype: 'feedCard', feedCard: {} }],
    [
      '缺少参数 feedCard.links.picURL',
      { msgtype: 'feedCard', feedCard: { links: [{ ...feed, picURL: undefined }] } },
    ],
    ['不合法的参数 at.isAtAll', { ...HELLO, at: { isAtAll: 'true' } }],
    ['不合法的参数 at.atMobiles', { ...HELLO, at: { atMobiles: '180' } }],
    ['不合法的参数 at.atUserIds', { ...HELLO, at: { atUserIds: [7] } }],
  ])('says %s', async (errmsg, body) => {
    expect(await send({ body })).toEqual(refused(40035, errmsg));
  });
});
