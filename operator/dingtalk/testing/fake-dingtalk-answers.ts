import type { Answer, RobotState } from './fake-dingtalk-types.ts';

const SECURITY_PAGE = 'more: [https://ding-doc.dingtalk.com/doc#/serverapi2/qf2nxq]';

function security(reason: string): Answer {
  return { errcode: 310000, errmsg: `${reason}, ${SECURITY_PAGE}` };
}

/** DingTalk's answers, code and wording. */
export const answers = {
  ok: { errcode: 0, errmsg: 'ok' },
  wrongPath: { errcode: 404, errmsg: '请求的URI地址不存在' },
  notPost: { errcode: 43002, errmsg: '需要POST请求' },
  wrongContentType: { errcode: 43004, errmsg: '无效的HTTP HEADER Content-Type' },
  unknownToken: { errcode: 300005, errmsg: 'token is not exist' },
  unknownMessageType: { errcode: 400105, errmsg: '不支持的消息类型' },
  tooLong: { errcode: 460101, errmsg: 'message too long, exceed 20000 bytes' },
  noKeyword: security('keywords not in content'),
  signMismatch: security('sign not match'),
  invalidTimestamp: security('invalid timestamp'),
  ipNotAllowed: (ip: string): Answer => security(`ip ${ip} not in whitelist`),
  missing: (parameter: string): Answer => ({ errcode: 40035, errmsg: `缺少参数 ${parameter}` }),
  malformed: (parameter: string): Answer => ({ errcode: 40035, errmsg: `不合法的参数 ${parameter}` }),
  throttled: (uuid: string): Answer => ({
    status: 1111,
    wait: 5,
    source: 'x5',
    punish: 'deny',
    uuid,
    errcode: 130101,
    errmsg: 'send too fast, exceed 20 times per minute',
  }),
} as const;

/** The answer of a robot that is no more, or not now; none for an active one. */
export const stateAnswers: Readonly<Record<RobotState, Answer | undefined>> = {
  active: undefined,
  disabled: { errcode: 400102, errmsg: '机器人已停用' },
  removed: { errcode: 400106, errmsg: '机器人不存在' },
  'group-dissolved': { errcode: 400013, errmsg: '群已被解散' },
};
