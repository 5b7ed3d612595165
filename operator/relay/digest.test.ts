import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { messageProblem } from '../dingtalk/testing/fake-dingtalk-messages.ts';
import type { Audience } from '../message/event-message.ts';
import { digestMessage } from './digest.ts';
import { countMessages } from './digest-counts.ts';
import type { NewMessage, StoredMessage } from './model.ts';
import { type SomeMessage, someMessage } from './testing/messages.ts';

const AT = Date.UTC(2026, 10, 23, 8, 0, 5);
const URL = 'https://argocd.example.com/applications/argocd/';

const english: Audience = { locale: 'en', timeZone: 'Europe/Berlin', keywords: [] };
const chinese: Audience = { locale: 'zh-CN', timeZone: 'Asia/Shanghai', keywords: [] };

const stored = (messages: readonly SomeMessage[], everyMs = 1_000): StoredMessage[] =>
  messages.map((some, index) => ({
    ...someMessage(some),
    id: index + 1,
    msgUuid: `uuid-${index}`,
    acceptedAt: AT + index * everyMs,
    attempts: 1,
    notBefore: 0,
  }));

interface Sent {
  readonly msgtype: string;
  readonly markdown: { readonly title: string; readonly text: string };
  readonly at?: { readonly atMobiles: string[]; readonly atUserIds: string[]; readonly isAtAll: boolean };
}
const digestOf = (messages: readonly SomeMessage[], audience = english): Sent =>
  digestMessage(stored(messages), audience) as Sent;

const MIXED: readonly SomeMessage[] = [
  { app: 'shop', trigger: 'on-deployed', event: 'deployed', url: `${URL}shop` },
  { app: 'guestbook', url: `${URL}guestbook`, at: { mobiles: ['13800000000'] } },
  { app: 'guestbook', trigger: 'on-sync-failed', event: 'failed', url: `${URL}guestbook` },
  { app: 'guestbook', trigger: 'on-sync-failed', event: 'failed', url: `${URL}guestbook` },
  { app: 'billing', trigger: '', event: 'slow-sync' },
  { app: 'orders', at: { userIds: ['zhang'] } },
];

describe('a digest reads', () => {
  it('in English', () => {
    const { markdown, msgtype, at } = digestOf(MIXED);
    expect(msgtype).toBe('markdown');
    expect(markdown.title).toBe('🔴 6 notifications about 4 applications');
    expect(markdown.text).toBe(`### 🔴 6 notifications about 4 applications

This message sums up the notifications from 2026-11-23 09:00:05 to 2026-11-23 09:00:10.

- 🔴 **degraded**: 2
- 🔴 **sync failed**: 2
- 🔔 **slow-sync**: 1
- 🟢 **deployed**: 1

**Applications**

- 🔴 [guestbook](dingtalk://dingtalkclient/page/link?url=https%3A%2F%2Fargocd.example.com%2Fapplications%2Fargocd%2Fguestbook&pc_slide=false): sync failed ×2, degraded
- 🔴 orders: degraded
- 🔔 billing: slow-sync
- 🟢 [shop](dingtalk://dingtalkclient/page/link?url=https%3A%2F%2Fargocd.example.com%2Fapplications%2Fargocd%2Fshop&pc_slide=false): deployed

@13800000000 @zhang`);
    expect(at).toEqual({ atMobiles: ['13800000000'], atUserIds: ['zhang'], isAtAll: false });
  });

  it('in Chinese', () => {
    const { markdown } = digestOf(MIXED, { ...chinese, keywords: ['发布', '部署通知'] });
    expect(markdown.title).toBe('🔴 6 条通知，涉及 4 个应用');
    expect(markdown.text).toBe(`### 🔴 6 条通知，涉及 4 个应用

本消息汇总了 2026-11-23 16:00:05 至 2026-11-23 16:00:10 的通知。

- 🔴 **健康状态异常**：2
- 🔴 **同步失败**：2
- 🔔 **slow-sync**：1
- 🟢 **已部署**：1

**应用**

- 🔴 [guestbook](dingtalk://dingtalkclient/page/link?url=https%3A%2F%2Fargocd.example.com%2Fapplications%2Fargocd%2Fguestbook&pc_slide=false)：同步失败 ×2、健康状态异常
- 🔴 orders：健康状态异常
- 🔔 billing：slow-sync
- 🟢 [shop](dingtalk://dingtalkclient/page/link?url=https%3A%2F%2Fargocd.example.com%2Fapplications%2Fargocd%2Fshop&pc_slide=false)：已部署

@13800000000 @zhang

— 发布`);
  });

  it('in the singular', () => {
    const { markdown } = digestOf([{ app: 'shop', trigger: 'on-sync-succeeded' }]);
    expect(markdown.text).toBe(`### 🟢 1 notification about 1 application

This message sums up the notifications of 2026-11-23 09:00:05.

- 🟢 **sync succeeded**: 1

**Applications**

- 🟢 shop: sync succeeded`);
  });
});

const MANY = Array.from({ length: 197 }, (_, n) => ({
  app: `app-${String(n).padStart(3, '0')}`,
  trigger: n % 10 === 0 ? 'on-health-degraded' : 'on-deployed',
}));

describe('a digest of 197', () => {
  it('has twenty lines with content, the worst first, and says how many more there are', () => {
    const lines = digestOf(MANY)
      .markdown.text.split('\n')
      .filter((line) => line !== '');
    expect(lines.length).toBeLessThanOrEqual(20);
    expect(lines.slice(2, 4)).toEqual(['- 🔴 **degraded**: 20', '- 🟢 **deployed**: 177']);
    expect(lines.slice(5, -1).map((line) => line.slice(2, 4))).toEqual(new Array(12).fill('🔴'));
    expect(lines.at(-1)).toBe('- and 185 more applications');
    expect(digestOf(MANY, chinese).markdown.text).toMatch(/- 另有 185 个应用$/);
  });

  it('sums up the kinds beyond five', () => {
    const { text } = digestOf(
      MANY.map((each, n) => ({ ...each, trigger: '', event: `event-${n % 8}` })),
    ).markdown;
    expect(text).toContain('- of other kinds: 72\n');
  });

  it('mentions a hundred people at most', () => {
    const { at, markdown } = digestOf(
      MANY.map((each, n) => ({ ...each, at: { mobiles: [`${13_800_000_000 + n}`] } })),
    );
    expect(at?.atMobiles.length).toBe(100);
    expect(markdown.text.match(/@\d+/g)?.length).toBe(100);
  });

  it('mentions all if one message does', () => {
    const { at } = digestOf([...MANY, { app: 'last', at: { all: true } }]);
    expect(at).toEqual({ atMobiles: [], atUserIds: [], isAtAll: true });
  });
});

describe('a digest of events of Gitee', () => {
  const url = 'https://gitee.com/example/shop';
  const SHOP = { namespace: '', app: 'example/shop', trigger: '', url };

  it('has a line for each repository, whatever the branch, the issue or the pull request', () => {
    const messages = ['pushed', 'pushed', 'merged'].map((event, n) => ({
      ...SHOP,
      event,
      uid: `gitee:u:branch b${n}`,
    }));
    const { markdown } = digestOf([...messages, { ...SHOP, app: 'example/[docs](x)' }]);
    expect(markdown.title).toBe('🔔 4 notifications about 2 repositories');
    const text = markdown.text.slice(markdown.text.indexOf('**Repositories**'));
    expect(text).toBe(`**Repositories**

- 🔔 [example/shop](dingtalk://dingtalkclient/page/link?url=https%3A%2F%2Fgitee.com%2Fexample%2Fshop&pc_slide=false): pushed ×2, merged
- 🔔 [example/［docs］（x）](dingtalk://dingtalkclient/page/link?url=https%3A%2F%2Fgitee.com%2Fexample%2Fshop&pc_slide=false): degraded`);
  });

  it('names both kinds where Argo CD has something to say, too', () => {
    const { markdown } = digestOf([{ app: 'shop' }, SHOP]);
    expect(markdown.title).toBe('🔴 2 notifications about 1 application and 1 repository');
    expect(markdown.text).toContain('**Applications, Repositories**');
    expect(digestOf([{ app: 'shop' }, SHOP], chinese).markdown.text).toContain(
      '2 条通知，涉及 1 个应用和 1 个仓库',
    );
  });

  it('says how many more there are of each', () => {
    const many = Array.from({ length: 20 }, (_, n) => [
      { app: `app-${n}` },
      { ...SHOP, app: `example/r${n}` },
    ]);
    expect(digestOf(many.flat()).markdown.text).toMatch(
      /- and 8 more applications and 20 more repositories$/,
    );
    expect(digestOf(many.flat(), chinese).markdown.text).toMatch(/- 另有 8 个应用和 20 个仓库$/);
  });
});

it('Applications of one name are told apart by their namespaces', () => {
  const { text } = digestOf([{ app: 'shop' }, { app: 'shop', namespace: 'team-b' }]).markdown;
  expect(text).toContain('- 🔴 argocd/shop: degraded\n- 🔴 team-b/shop: degraded');
});

it('a keyword that the text has already is not added', () => {
  expect(digestOf(MIXED, { ...english, keywords: ['nothing', 'guestbook'] }).markdown.text).not.toContain(
    '—',
  );
});

it('names of tenants make no link, no mention and no heading, and a link leads nowhere else', () => {
  const { text } = digestOf([
    {
      app: '# [x](https://evil.example)',
      url: 'javascript:alert(1)',
      trigger: '',
      event: '@13800000000\n# <b>',
    },
  ]).markdown;
  expect(text).toContain('- 🔔 \u200b# ［x］（https://evil.example）: ＠13800000000 # ＜b>');
  expect(text).not.toMatch(/javascript|@138|\]\(/);
});

describe('whatever the messages are', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.constantFrom('a', '@1', '字'.repeat(253), '\u0000'.repeat(300), '"\\'.repeat(150)),
  );
  const message = fc.record({
    app: text,
    namespace: text,
    trigger: fc.constantFrom('', 'on-deployed', 'on-sync-failed', 'constructor'),
    event: text,
    url: fc.oneof(fc.webUrl(), fc.constant(`https://a.example/${'字'.repeat(680)}`), text),
    at: fc.record({
      mobiles: fc.array(fc.stringMatching(/^\+\d{10,14}$/), { maxLength: 20 }),
      userIds: fc.array(fc.stringMatching(/^\w{1,64}$/), { maxLength: 20 }),
      all: fc.boolean(),
    }),
  });
  const audiences = fc.record({
    locale: fc.constantFrom('en', 'zh-CN'),
    timeZone: fc.constantFrom('Asia/Shanghai', 'No/Where'),
    keywords: fc.array(fc.string({ minLength: 1, maxLength: 30 }), { maxLength: 10 }),
  }) as fc.Arbitrary<Audience>;

  it('DingTalk accepts it: the form, the bytes with a msgUuid, a keyword', () => {
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 60 }), audiences, (messages, audience) => {
        const made = digestMessage(stored(messages), audience) as Sent;
        const sent = { ...made, msgUuid: '0'.repeat(36) };
        expect(messageProblem(JSON.parse(JSON.stringify(sent)))).toBeUndefined();
        expect(Buffer.byteLength(JSON.stringify(sent))).toBeLessThanOrEqual(20_000);
        const { keywords } = audience;
        if (keywords.length > 0)
          expect(keywords.some((each) => made.markdown.text.includes(each))).toBe(true);
        for (const name of [...(made.at?.atMobiles ?? []), ...(made.at?.atUserIds ?? [])])
          expect(made.markdown.text).toContain(`@${name}`);
        expect(made.at?.isAtAll ?? false).toBe(messages.some(({ at }) => at.all));
      }),
    );
  });

  it('the counts add up, by kind and by Application', () => {
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 60 }), (messages) => {
        const { kinds, applications } = countMessages(stored(messages), 'en');
        const sum = (some: readonly { readonly count: number }[]) =>
          some.reduce((n, { count }) => n + count, 0);
        expect(sum(kinds)).toBe(messages.length);
        expect(sum(applications.flatMap((each) => each.kinds))).toBe(messages.length);
        const uids = messages.map(
          (each): NewMessage['application']['uid'] => someMessage(each).application.uid,
        );
        expect(applications.length).toBe(new Set(uids).size);
      }),
    );
  });
});
