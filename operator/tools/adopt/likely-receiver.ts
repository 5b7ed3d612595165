/** The texts by which people recognise for whom a webhook is, if its URL is not known. */
export interface WebhookTraces {
  /** Of the service, of its templates, and of the keys in its URL. */
  readonly names: readonly string[];
  /** The bodies of its templates. */
  readonly bodies: readonly string[];
}

/** Who probably receives the messages of a webhook; `unclear`: its owner has to say it. */
export type LikelyReceiver = 'dingtalk' | 'other' | 'unclear';

/** `ding` is a part of many words, so only a word of its own counts. */
const DINGTALK_NAME = /dingtalk|dingding|ding-ding|钉钉|(?:^|[^a-z])ding(?![a-z])/i;
const DINGTALK_WORD = /[a-z]Ding(?![a-z])|(?:^|[^a-zA-Z])ding[A-Z]/;
const OTHER_NAME = /wecom|wework|we-?chat|weixin|qywx|qiye|feishu|lark|飞书|企业微信/i;

/** Fields that only messages of DingTalk have: https://open.dingtalk.com/document/robots/custom-robot-access */
const DINGTALK_FIELD =
  /"(?:actionCard|feedCard|atMobiles|atUserIds|atDingtalkIds|isAtAll|messageUrl|singleURL|actionURL)"|"markdown"\s*(?::\s*)?(?:\{|\(\s*dict)\s*"(?:title|text)"/;

/**
 * Fields of Feishu, and of WeCom, whose types of messages partly have the same names:
 * https://developer.work.weixin.qq.com/document/path/91770
 */
const OTHER_FIELD =
  /"(?:msg_type|markdown_v2|template_card|news|mentioned_list|mentioned_mobile_list)"|"markdown"\s*(?::\s*)?(?:\{|\(\s*dict)\s*"content"/;

/** The field that all messages of DingTalk have, and those of WeCom. */
const MESSAGE_TYPE = /\bmsgtype\b/;

/** Judges by names and messages. WeCom's plain texts are the same as DingTalk's, so these say nothing. */
export function likelyReceiver({ names, bodies }: WebhookTraces): LikelyReceiver {
  const isNamed = names.some((name) => DINGTALK_NAME.test(name) || DINGTALK_WORD.test(name));
  const isNamedOtherwise = names.some((name) => OTHER_NAME.test(name));
  const isForOthers = bodies.some((body) => OTHER_FIELD.test(body) || !MESSAGE_TYPE.test(body));
  const isForDingTalk = !isForOthers && bodies.some((body) => DINGTALK_FIELD.test(body));
  if (isForOthers) return isNamed ? 'unclear' : 'other';
  if (isNamed !== isNamedOtherwise) return isNamed ? 'dingtalk' : isForDingTalk ? 'unclear' : 'other';
  if (isForDingTalk) return 'dingtalk';
  return bodies.length === 0 && !isNamed ? 'other' : 'unclear';
}
