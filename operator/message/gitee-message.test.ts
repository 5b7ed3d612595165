import { beforeAll, describe, expect, it } from 'vitest';
import { startFakeDingTalk } from '../dingtalk/testing/fake-dingtalk.ts';
import { messageProblem } from '../dingtalk/testing/fake-dingtalk-messages.ts';
import { connectSender } from '../dingtalk/testing/fake-dingtalk-sender.ts';
import { GITEE_EVENTS } from '../gitee/events.ts';
import { eventIn } from '../gitee/testing/event.ts';
import { PAYLOAD_NAMES, payload, realPayloads } from '../gitee/testing/payloads.ts';
import { RenderingEngine } from '../template/testing/engine.ts';
import { headlineOf } from './catalogue/default-message.ts';
import { LOCALES } from './catalogue/locale.ts';
import { pingMessage } from './gitee-ping.ts';
import { eventsBody, leadsToArgoCD, messageFinding, takesMentions } from './message.ts';
import { familyOf } from './parse.ts';
import { renderGitee } from './testing/gitee-body.ts';

let engine: RenderingEngine;
beforeAll(async () => {
  engine = await RenderingEngine.start();
});

const textOf = (name: string, locale: 'en' | 'zh-CN', fields: object = {}): string =>
  renderGitee(engine, eventIn({ ...payload(name), ...fields }), { locale }).parsed.markdown.text;
const link = (path: string): string =>
  `dingtalk://dingtalkclient/page/link?url=${encodeURIComponent(`https://gitee.com/example/shop${path}`)}&pc_slide=false`;

describe('a message about Gitee reads', () => {
  it('with commits, for a push', () => {
    const { before, after } = payload('push');
    expect(textOf('push', 'en')).toBe(`### 📦 example/shop push to main

- **By**: 李雷
- **Commits**: 2
- 15246f7 李雷: feat: 购物车支持优惠券
- 1149088 Han Meimei: fix: a discount is never larger than the price

[Open in Gitee](${link(`/compare/${before}...${after}`)})`);
  });

  it('with ten commits at most', () => {
    const [commit] = payload('push').commits as object[];
    const commits = Array(10_000).fill(commit);
    const lines = textOf('push', 'zh-CN', { commits }).split('\n');
    expect(lines.filter((line) => line.startsWith('- 15246f7'))).toHaveLength(10);
    expect(lines).toContain('- **提交数**：10000');
    expect(lines).toContain('- … 另有 9990 个提交');
  });

  it('in Chinese, for a pull request', () => {
    expect(textOf('pull-request-update', 'zh-CN')).toBe(`### 🔀 example/shop 更新 Pull Request !12

- **标题**：feat: 购物车支持优惠券
- **分支**：li-lei/shop:feature/coupons → main
- **操作人**：李雷
- **变更**：有新的提交
- **审查人**：Han Meimei
- **标签**：enhancement

[在 Gitee 中查看](${link('/pulls/12')})`);
  });

  it('without the repository of a branch, where it is the same', () => {
    const { pull_request } = payload('pull-request-open') as { pull_request: { base: object } };
    const head = { ...pull_request.base, ref: 'fix' };
    expect(textOf('pull-request-open', 'en', { pull_request: { ...pull_request, head } })).toContain(
      '- **Branches**: fix → main\n',
    );
  });

  it('with an excerpt, for a comment', () => {
    expect(textOf('comment-issue', 'en')).toBe(`### 💬 example/shop comment on issue #I9ABCD

- **Title**: An expired coupon is accepted
- **By**: Han Meimei

> 看起来不错，＠li-lei 请再加一个测试。 > Which one?

[Open in Gitee](${link('/issues/I9ABCD#note_3000001')})`);
  });

  it.each([
    ['push', '📦 example/shop push to main', '📦 example/shop 推送到 main'],
    [
      'branch-create',
      '📦 example/shop branch feature/coupons created',
      '📦 example/shop 新建分支 feature/coupons',
    ],
    [
      'branch-delete',
      '📦 example/shop branch feature/coupons deleted',
      '📦 example/shop 删除分支 feature/coupons',
    ],
    ['tag-create', '🏷️ example/shop tag v1.2.0 created', '🏷️ example/shop 新建标签 v1.2.0'],
    ['tag-delete', '🏷️ example/shop tag v1.2.0 deleted', '🏷️ example/shop 删除标签 v1.2.0'],
    ['issue-open', '📋 example/shop issue #I9ABCD opened', '📋 example/shop 新建 Issue #I9ABCD'],
    ['issue-assign', '📋 example/shop issue #I9ABCD assigned', '📋 example/shop 指派 Issue #I9ABCD'],
    ['issue-close', '📋 example/shop issue #I9ABCD closed', '📋 example/shop 关闭 Issue #I9ABCD'],
    ['issue-reopen', '📋 example/shop issue #I9ABCD reopened', '📋 example/shop 重新打开 Issue #I9ABCD'],
    ['issue-delete', '📋 example/shop issue #I9ABCD deleted', '📋 example/shop 删除 Issue #I9ABCD'],
    ['pull-request-open', '🔀 example/shop pull request !12 opened', '🔀 example/shop 新建 Pull Request !12'],
    [
      'pull-request-update',
      '🔀 example/shop pull request !12 updated',
      '🔀 example/shop 更新 Pull Request !12',
    ],
    [
      'pull-request-merge',
      '🔀 example/shop pull request !12 merged',
      '🔀 example/shop 合并 Pull Request !12',
    ],
    [
      'pull-request-close',
      '🔀 example/shop pull request !12 closed',
      '🔀 example/shop 关闭 Pull Request !12',
    ],
    ['comment-repository', '💬 example/shop comment on the repository', '💬 example/shop 评论仓库'],
    ['comment-issue', '💬 example/shop comment on issue #I9ABCD', '💬 example/shop 评论 Issue #I9ABCD'],
    [
      'comment-pull-request',
      '💬 example/shop comment on pull request !12',
      '💬 example/shop 评论 Pull Request !12',
    ],
    ['comment-commit', '💬 example/shop comment on commit 15246f7', '💬 example/shop 评论提交 15246f7'],
  ])('%s: %s', (name, english, chinese) => {
    for (const [locale, title] of [['en', english] as const, ['zh-CN', chinese] as const]) {
      const { parsed } = renderGitee(engine, eventIn(payload(name)), { locale });
      expect(parsed.markdown.title).toBe(title);
      const [heading, empty, ...lines] = parsed.markdown.text.split('\n');
      expect([heading, empty]).toEqual([`### ${title}`, '']);
      expect(lines.at(-1)).toMatch(/^\[.+\]\(dingtalk:\/\/.+\)$/);
      expect(
        lines.slice(0, -2).filter((line) => !/^(- (\*\*[^*]+\*\*[:：]|[0-9a-f]{7} ).|> .|$)/.test(line)),
      ).toEqual([]);
      expect(parsed.markdown.text).not.toMatch(/undefined|null|\[object|<no value>| {2}|\n\n\n|\{\{/);
      expect(parsed).not.toHaveProperty('at');
    }
  });

  it('and DingTalk accepts all of them', async () => {
    const fake = await startFakeDingTalk({ now: () => 1_735_693_200_000 });
    const sender = await connectSender(fake);
    for (const locale of LOCALES) {
      fake.addRobot({ token: locale });
      const url = `${fake.url}/robot/send?access_token=${locale}`;
      for (const name of PAYLOAD_NAMES) {
        const body = renderGitee(engine, eventIn(payload(name)), { locale }).text;
        expect(await sender.send({ url, body })).toMatchObject({ errcode: 0 });
      }
      expect(await sender.send({ url, body: pingMessage(locale, 'example/shop') })).toMatchObject({
        errcode: 0,
      });
    }
    await sender.close();
    await fake.stop();
  });
});

const REAL = [...realPayloads()];

describe.runIf(REAL.length > 0)('a message about a payload of gitee.com', () => {
  it.each(REAL.flatMap(([name, body]) => LOCALES.map((locale) => [name, locale, body] as const)))(
    '%s in %s is accepted',
    (_, locale, body) => {
      const { parsed } = renderGitee(engine, eventIn(body), { locale });
      expect(messageProblem(parsed)).toBeUndefined();
      expect(parsed.markdown.title).toContain('kit101/drone-yml-test');
      expect(parsed.markdown.text).toMatch(/\n\[.+\]\(dingtalk:.+%2Fkit101%2Fdrone-yml-test.*\)$/);
      expect(parsed.markdown.text).not.toMatch(/undefined|null| {2}|\n\n\n/);
    },
  );
});

describe('the message for a trigger of Gitee', () => {
  it.each(Object.keys(GITEE_EVENTS).flatMap((each) => LOCALES.map((locale) => [each, locale] as const)))(
    'for %s in %s is small, and leads to Gitee only',
    (trigger, locale) => {
      const event = { name: trigger, trigger, params: {}, at: {} };
      const audience = { locale, timeZone: 'Asia/Shanghai', keywords: [] };
      const body = eventsBody([event], audience, 'https://argocd.example.com');
      expect(Buffer.byteLength(body)).toBeLessThan(4_096);
      expect(body).not.toContain('argocd');
      expect(leadsToArgoCD(event)).toBe(false);
      expect(takesMentions(event)).toBe(true);
      expect(headlineOf(trigger, 'mine', locale).words).toMatch(/\S/);
      expect(headlineOf(trigger, 'mine', locale).words).not.toBe('mine');
    },
  );

  it('has the keyword and the people that the robot and the subscription ask for', () => {
    const at = { mobiles: ['13800000000'] };
    const { parsed } = renderGitee(engine, eventIn(payload('push')), { keywords: ['magician'] }, { at });
    expect(parsed.markdown.text).toMatch(/\n\n@13800000000\n\n— magician$/);
    expect(parsed.at).toEqual({ atMobiles: ['13800000000'], atUserIds: [], isAtAll: false });
  });
});

describe('a message of somebody’s own about Gitee', () => {
  const trigger = 'gitee-push';
  const own = (message: object) => ({ template: { message, params: {} } }) as { template: never };

  it('may have any kind', () => {
    const url = '{{default push.compare repository.html_url}}';
    for (const message of [
      { text: { content: '{{sender.name}} pushed to {{push.branch}}' } },
      { link: { title: '{{push.branch}}', text: '{{push.total_commits_count}}', url } },
      { actionCard: { title: 'x', text: '{{push.branch}}', buttons: [{ title: 'Open', url }] } },
      { feedCard: { links: [{ title: '{{push.branch}}', url, pictureUrl: '{{repository.html_url}}' }] } },
    ]) {
      const { parsed, text } = renderGitee(engine, eventIn(payload('push')), {}, own(message));
      expect(messageProblem(parsed)).toBeUndefined();
      expect(text).toContain('main');
    }
  });

  it('begins with the repository where it might be empty', () => {
    const markdown = { title: '{{note.body}}', text: '{{note.body}}' };
    const { parsed } = renderGitee(engine, eventIn(payload('push')), {}, own({ markdown }));
    expect(parsed.markdown).toEqual({ title: 'example/shop ', text: 'example/shop ' });
    const bare = { markdown: { title: '{{event.trigger}}', text: '{{#if event.name}}x{{/if}}' } };
    expect(renderGitee(engine, eventIn(payload('push')), {}, own(bare)).parsed.markdown).toEqual({
      title: 'gitee-push',
      text: 'x',
    });
  });

  it('is refused if its button may lead nowhere, with a fallback that Gitee has', () => {
    const source = { message: { link: { title: 'a', text: 'b', url: '{{push.compare}}' } }, params: {} };
    const event = { name: 'x', trigger, params: {}, at: {}, template: source };
    const audience = { locale: 'en' as const, timeZone: 'UTC', keywords: [] };
    expect(() => messageFinding(event, audience, undefined)).toThrow(
      '{{default push.compare repository.html_url}}',
    );
  });

  it('is of one family', () => {
    const family = (title: string, text: string) =>
      familyOf({ message: { markdown: { title, text } }, params: {} });
    expect(family('x', '{{event.name}}')).toBe('any');
    expect(family('x', '{{push.branch}}')).toBe('gitee');
    expect(family('{{app.metadata.name}}', 'x')).toBe('argocd');
    expect(family('x', '{{#if appUrl}}x{{/if}}')).toBe('argocd');
  });
});

describe('the answer to a ping', () => {
  it.each(LOCALES)('is a message in %s that mentions nobody and has a keyword', (locale) => {
    const text = pingMessage(locale, '@all [x](y)/"shop"', ['magician']);
    const { markdown, ...others } = JSON.parse(text);
    expect(others).toEqual({ msgtype: 'markdown' });
    expect(markdown.text).toContain('＠all ［x］（y）/"shop"');
    expect(markdown.text).toMatch(/\n\n— magician$/);
    expect(pingMessage(locale, 'a/b', ['Gitee'])).not.toContain('—');
  });
});
