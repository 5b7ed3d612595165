import { markdownValue } from '../dingtalk/markdown.ts';
import { cutToBytes } from '../lib/cut.ts';
import type { Locale, Localised } from './catalogue/locale.ts';

const TITLE: Localised = { en: 'Gitee notifications arrive here', 'zh-CN': 'Gitee 通知已接入本群' };

const TEXT: Readonly<Record<Locale, (repository: string) => string>> = {
  en: (repository) =>
    `Gitee has tried out the webhook of the repository **${repository}**, and the webhook works. From now on, this group receives the events that its subscription names.`,
  'zh-CN': (repository) =>
    `Gitee 已测试仓库 **${repository}** 的 WebHook，一切正常。此后，本群将收到所订阅的事件。`,
};

/**
 * The JSON body of the answer to Gitee's "test" button.
 * @param repository such as `example/shop`, as the subscription names it
 * @param keywords the robot's security keywords, if it has any: the text contains one
 */
export function pingMessage(locale: Locale, repository: string, keywords: readonly string[] = []): string {
  const title = TITLE[locale];
  const said = `### 🟢 ${title}\n\n${TEXT[locale](markdownValue(cutToBytes(repository, 200)))}`;
  const [first] = keywords;
  const isComplete = first === undefined || keywords.some((keyword) => said.includes(keyword));
  const text = isComplete ? said : `${said}\n\n— ${first}`;
  return JSON.stringify({ msgtype: 'markdown', markdown: { title, text } });
}
