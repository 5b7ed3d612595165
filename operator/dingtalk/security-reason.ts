import { isIPv6 } from 'node:net';
import type { DeliveryReason } from './explanations.ts';

/**
 * In this order: an expired signature is also one about a signature, and what is said of an address names nothing else.
 */
const CAUSES: readonly (readonly [RegExp, DeliveryReason])[] = [
  [/white ?list|白名单/i, 'IPNotAllowed'],
  [/keyword|关键词|关键字/i, 'KeywordMissing'],
  [/timestamp|expire|过期|时间戳/i, 'TimestampRejected'],
  [/sign|签名|加签/i, 'SignatureRejected'],
];

/**
 * Which of a robot's security settings refused a message. DingTalk has one code for all of them, 310000, and words
 * that have changed over the years: `sign not match, more: […]`, `description:…;solution:…`, `错误描述:…;解决方案:…`.
 * The advice in the latter two mentions other settings as well, so the description alone is looked at first.
 *
 * Settings: https://help.dingtalk.io/open/dingstart/customize-robot-security-settings
 */
export function securityReason(errmsg: string): DeliveryReason {
  const text = errmsg.replace(/https?:\/\/[^\s\]]+/g, '');
  const description = /(?:description|错误描述)\s*[:：]([^;；]*)/i.exec(text)?.[1] ?? text;
  const causeIn = (part: string) => CAUSES.find(([pattern]) => pattern.test(part))?.[1];
  return causeIn(description) ?? causeIn(text) ?? 'SecurityRejected';
}

/** The first IP address in a text. */
export function addressIn(text: string): string | undefined {
  const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
  const v4 = new RegExp(`(?<![\\d.])${octet}(?:\\.${octet}){3}(?![\\d]|\\.\\d)`).exec(text)?.[0];
  return v4 ?? text.match(/[0-9a-f:]*:[0-9a-f:]+/gi)?.find(isIPv6);
}
