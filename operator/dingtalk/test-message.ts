/** The robot of a test message, and its requirements: the language of its group, and its keywords. */
export interface TestMessageFields {
  readonly namespace: string;
  readonly name: string;
  readonly locale: 'en' | 'zh-CN';
  /** The robot's own security keywords, if it has any: the text will contain one. */
  readonly keywords: readonly string[];
}

const TEXTS = {
  en: {
    title: 'Argo CD notifications',
    text: (robot: string) =>
      `### 🟢 Argo CD notifications arrive here\n\nThis is a test message. The robot **${robot}** works; from now on, this group receives Argo CD's notifications.`,
    keyword: (keyword: string) => `Keyword: ${keyword}`,
  },
  'zh-CN': {
    title: 'Argo CD 通知',
    text: (robot: string) =>
      `### 🟢 Argo CD 通知已接入本群\n\n这是一条测试消息。机器人 **${robot}** 工作正常，Argo CD 的通知将发送到本群。`,
    keyword: (keyword: string) => `关键词：${keyword}`,
  },
} as const;

/**
 * The JSON body of a test message. A keyword counts in the text, exactly as it is written there; one is added only where
 * the text has none by itself.
 *
 * Message types: https://help.dingtalk.io/open/development/custom-robots-send-group-messages
 */
export function testMessage({ namespace, name, locale, keywords }: TestMessageFields): object {
  const words = TEXTS[locale];
  const text = words.text(`${namespace}/${name}`);
  const [first] = keywords;
  const isComplete = first === undefined || keywords.some((keyword) => text.includes(keyword));
  return {
    msgtype: 'markdown',
    markdown: { title: words.title, text: isComplete ? text : `${text}\n\n${words.keyword(first)}` },
  };
}
