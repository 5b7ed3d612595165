import { describe, expect, it } from 'vitest';
import { REASONS } from '../api/reasons.ts';
import { readAnswer } from './answers.ts';
import { DELIVERY_REASONS, type DeliveryReason, explain } from './explanations.ts';
import { connectionOutcome } from './outcome.ts';
import { addressIn } from './security-reason.ts';

const MORE = 'more: [https://ding-doc.dingtalk.com/doc#/serverapi2/qf2nxq]';
const LINK =
  'link:请参考本接口对应文档获得具体要求，或者在https://open.dingtalk.com/document/  搜索相关文档;';

const read = (errcode: number, errmsg: string) => readAnswer(200, JSON.stringify({ errcode, errmsg }));

describe("DingTalk's codes", () => {
  it.each<[number, string, DeliveryReason, string]>([
    [0, 'ok', 'Delivering', 'ok'],
    [-1, '系统繁忙', 'DingTalkBusy', 'retry'],
    [88, 'access_token is blank', 'TokenUnknown', 'final'],
    [404, '请求的URI地址不存在', 'RequestRefused', 'final'],
    [40035, '缺少参数 json', 'MessageRefused', 'final'],
    [40035, '缺少参数 access_token', 'TokenUnknown', 'final'],
    [43002, '需要POST请求', 'RequestRefused', 'final'],
    [43004, '无效的HTTP HEADER Content-Type', 'RequestRefused', 'final'],
    [90030, 'webhook over limit', 'QuotaExceeded', 'retry'],
    [101002, 'message is too long', 'MessageTooLong', 'final'],
    [130101, 'send too fast, exceed 20 times per minute', 'Throttled', 'retry'],
    [300001, 'token is not exist', 'TokenUnknown', 'final'],
    [300005, 'token is not exist', 'TokenUnknown', 'final'],
    [310000, 'something new', 'SecurityRejected', 'final'],
    [400013, '群已被解散', 'GroupDisbanded', 'final'],
    [400101, 'access_token不存在', 'TokenUnknown', 'final'],
    [400102, '机器人已停用', 'RobotDisabled', 'final'],
    [400105, '不支持的消息类型', 'MessageRefused', 'final'],
    [400106, '机器人不存在', 'RobotRemoved', 'final'],
    [410100, '发送速度太快而限流', 'Throttled', 'retry'],
    [430101, '含有不安全的外链', 'ContentRefused', 'final'],
    [430102, '含有不合适的文本', 'ContentRefused', 'final'],
    [430103, '含有不合适的图片', 'ContentRefused', 'final'],
    [430104, '含有不合适的内容', 'ContentRefused', 'final'],
    [460101, 'message too long, exceed 20000 bytes', 'MessageTooLong', 'final'],
    [660026, 'sending too many messages per minute', 'Throttled', 'retry'],
    [999999, 'nobody knows', 'DingTalkRefused', 'final'],
  ])('%d %s: %s, %s', (errcode, errmsg, reason, outcomeClass) => {
    expect(read(errcode, errmsg)).toEqual({ reason, class: outcomeClass, errcode, words: errmsg });
  });

  it.each<[DeliveryReason, string]>([
    ['KeywordMissing', `keywords not in content, ${MORE}`],
    [
      'KeywordMissing',
      'description:关键词不匹配;solution:请联系群管理员查看此机器人的关键词，并在发送的信息中包含此关键词;',
    ],
    [
      'KeywordMissing',
      '错误描述:关键词不匹配;解决方案:请联系群管理员查看此机器人的关键词，并在发送的信息中包含此关键词;',
    ],
    ['SignatureRejected', `sign not match, ${MORE}`],
    [
      'SignatureRejected',
      `description:机器人发送签名不匹配;solution:请确认签名和生成签名的时间戳必须都放在调用的网址中，请确认机器人的密钥加密和填写正确;${LINK}`,
    ],
    [
      'SignatureRejected',
      `错误描述:机器人发送签名不匹配;解决方案:请确认签名和生成签名的时间戳必须都放在调用的网址中;${LINK}`,
    ],
    ['TimestampRejected', `invalid timestamp, ${MORE}`],
    [
      'TimestampRejected',
      `description:机器人发送签名过期;solution:签名生成时间和发送时间请保持在一小时以内;${LINK}`,
    ],
    ['TimestampRejected', `错误描述:机器人发送签名过期;解决方案:请确认签名的时间;${LINK}`],
    ['IPNotAllowed', `ip 203.0.113.7 not in whitelist, ${MORE}`],
    [
      'IPNotAllowed',
      'description:ip 203.0.113.7 不在白名单中;solution:请联系对应群的管理员，设置机器人安全ip地址段;',
    ],
    ['IPNotAllowed', '错误描述:ip 203.0.113.7不在白名单中;解决方案:请联系对应群的管理员;'],
  ])('310000 is told apart by its words: %s, %s', (reason, errmsg) => {
    const outcome = read(310000, errmsg);
    expect(outcome).toMatchObject({ reason, class: 'final', errcode: 310000 });
    expect(outcome.ip).toBe(reason === 'IPNotAllowed' ? '203.0.113.7' : undefined);
  });

  it('310000 for an address need not name it', () => {
    const outcome = read(310000, 'description:ip 不在白名单中;solution:请联系对应群的管理员;');
    expect(outcome.reason).toBe('IPNotAllowed');
    expect(outcome).not.toHaveProperty('ip');
    expect(explain(outcome).meaning.en).toContain("the sender's address");
  });

  it('the throttle brings fields of its own', () => {
    const body = { status: 1111, wait: 5, source: 'x5', punish: 'deny', uuid: '9ff0e7e2346aabb5' };
    const errmsg = 'send too fast, exceed 20 times per minute';
    expect(readAnswer(200, JSON.stringify({ ...body, errcode: 130101, errmsg }))).toMatchObject({
      reason: 'Throttled',
      errcode: 130101,
    });
    expect(readAnswer(200, JSON.stringify(body))).toMatchObject({ reason: 'Throttled', class: 'retry' });
    expect(readAnswer(200, JSON.stringify({ ...body, errcode: 0 }))).toEqual({
      reason: 'Throttled',
      class: 'retry',
      words: 'status 1111',
    });
  });
});

describe('answers that are none of DingTalk', () => {
  it.each<[string, number, string, DeliveryReason, string]>([
    ['no JSON', 200, '<html>Please sign in</html>', 'UnexpectedAnswer', 'final'],
    ['nothing', 200, '', 'UnexpectedAnswer', 'final'],
    ['no object', 200, '[0]', 'UnexpectedAnswer', 'final'],
    ['no code', 200, '{"ok":true}', 'UnexpectedAnswer', 'final'],
    ['a code that is no number', 200, '{"errcode":"none"}', 'UnexpectedAnswer', 'final'],
    ['another status and no code', 200, '{"status":7}', 'UnexpectedAnswer', 'retry'],
    ['a redirect', 302, '', 'UnexpectedAnswer', 'final'],
    ['a refusal of a proxy', 403, 'blocked by policy', 'UnexpectedAnswer', 'final'],
    ['too many requests', 429, '', 'Throttled', 'retry'],
    ['a server that fails', 502, 'bad gateway', 'UnexpectedAnswer', 'retry'],
    ['success inside a failure', 500, '{"errcode":0,"errmsg":"ok"}', 'UnexpectedAnswer', 'retry'],
  ])('%s', (_, status, text, reason, outcomeClass) => {
    const outcome = readAnswer(status, text);
    expect(outcome).toMatchObject({ reason, class: outcomeClass });
    expect(outcome).not.toHaveProperty('errcode');
  });

  it('a code counts, whatever the HTTP status, and whether it is a number or a text', () => {
    expect(readAnswer(400, '{"errcode":"300005","errmsg":"token is not exist"}')).toMatchObject({
      reason: 'TokenUnknown',
      errcode: 300005,
    });
  });

  it('are quoted on one line, cut, and without what looks like a credential', () => {
    const page = `<a href="/robot/send?access_token=${'ab'.repeat(32)}">\n${'x'.repeat(1000)}`;
    const { words = '' } = readAnswer(403, page);
    expect(words).toMatch(/^HTTP 403: <a href="\/robot\/send\?access_token=\*\*\*"> x+…$/);
    expect(words.length).toBe(300);
  });
});

describe('connections', () => {
  it.each(['CERT_HAS_EXPIRED', 'SELF_SIGNED_CERT_IN_CHAIN', 'ERR_TLS_CERT_ALTNAME_INVALID'])(
    'that are not trusted (%s) are told apart',
    (code) => {
      const error = new Error('failed', { cause: Object.assign(new Error('no'), { code }) });
      expect(connectionOutcome(error)).toMatchObject({ reason: 'CertificateNotTrusted', class: 'final' });
    },
  );

  it('that break may work the next time', () => {
    const error = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:443'), { code: 'ECONNREFUSED' });
    expect(connectionOutcome(error)).toEqual({
      reason: 'Unreachable',
      class: 'retry',
      words: 'connect ECONNREFUSED 10.0.0.1:443',
    });
  });
});

describe('every reason', () => {
  it.each(DELIVERY_REASONS)(
    '%s is explained in both languages, with a remedy unless all is well',
    (reason) => {
      expect(Object.keys(REASONS)).toContain(reason);
      const { meaning, remedy } = explain({ reason, ip: '203.0.113.7' });
      for (const text of reason === 'Delivering' ? [meaning] : [meaning, remedy]) {
        expect(text?.en).toMatch(/^[A-Z][^{}]*\.$/);
        expect(text?.['zh-CN']).toMatch(/^[^{}]*\p{Script=Han}[^{}]*。$/u);
      }
    },
  );

  it('names the address in both languages', () => {
    const { meaning } = explain({ reason: 'IPNotAllowed', ip: '203.0.113.7' });
    expect([meaning.en, meaning['zh-CN']].every((text) => text.includes('203.0.113.7'))).toBe(true);
  });
});

it.each([
  ['ip 203.0.113.7 not in whitelist', '203.0.113.7'],
  ['IP:203.0.113.7，不在', '203.0.113.7'],
  ['ip 203.0.113.7.', '203.0.113.7'],
  ['ip 2001:db8::7 not in whitelist', '2001:db8::7'],
  ['version 1.2.3.4.5', undefined],
  ['ip 999.0.113.7', undefined],
  ['at 12:30', undefined],
  ['nothing', undefined],
])('the address in %j is %s', (text, address) => {
  expect(addressIn(text)).toBe(address);
});
