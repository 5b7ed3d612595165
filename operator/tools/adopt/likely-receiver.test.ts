import { expect, it } from 'vitest';
import { likelyReceiver } from './likely-receiver.ts';

const TEXT = '{"msgtype":"text","text":{"content":"{{.app.metadata.name}}"}}';
const MARKDOWN = '{"msgtype": "markdown", "markdown": {\n "title": "a", "text": "b"}}';
const MENTION = TEXT.replace(/}$/, ',"at":{"atMobiles":["13900000000"]}}');
const DICT = '{{ dict "msgtype" "markdown" "markdown" (dict "title" "a" "text" "b") | toJson }}';
const WECOM = '{"msgtype":"markdown","markdown":{"content":"a"}}';
const WECOM_TEXT = TEXT.replace('{"content"', '{"mentioned_list":["@all"],"content"');
const FEISHU = '{"msg_type":"text","content":{"text":"a"}}';
const JENKINS = '{"parameter": "a"}';

const of = (...[name, ...bodies]: [string, ...string[]]) => likelyReceiver({ names: [name], bodies });

it.each<[string, ...string[]]>([
  ['notify', MARKDOWN],
  ['notify', MENTION],
  ['notify', TEXT, MENTION],
  ['notify', DICT],
  ['notify', '{"msgtype":"actionCard","actionCard":{"title":"a"}}'],
  ['dingtalk', TEXT],
  ['ding'],
  ['ops-ding-1', TEXT],
  ['opsDing', TEXT],
  ['dingRobot', TEXT],
  ['DINGTALK_URL', TEXT],
  ['钉钉', TEXT],
])('a name or a field of DingTalk is enough: %s', (...args) => {
  expect(of(...args)).toBe('dingtalk');
});

it.each<[string, ...string[]]>([
  ['notify', WECOM],
  ['notify', WECOM_TEXT],
  ['notify', FEISHU],
  ['jenkins', JENKINS],
  ['building-notify', FEISHU],
  ['wecom', TEXT],
  ['wecom', WECOM],
  ['feishu'],
  ['nobody-writes-to-it'],
])('what others receive is not for DingTalk: %s', (...args) => {
  expect(of(...args)).toBe('other');
});

it.each<[string, ...string[]]>([
  ['notify', TEXT],
  ['building-trading', TEXT],
  ['ding-or-wecom', TEXT],
  ['wecom', MARKDOWN],
  ['ding-relay', JENKINS],
  ['ding', WECOM],
])('the owner is asked where both may be meant: %s', (...args) => {
  expect(of(...args)).toBe('unclear');
});
