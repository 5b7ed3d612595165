import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { locateEngine } from '../../../engine/locate.ts';
import type { GiteeRouteSpec, RelayRoute } from '../../api/relay-route.ts';
import { messageProblem } from '../../dingtalk/testing/fake-dingtalk-messages.ts';
import { createEngine } from '../../engine/client.ts';
import { type Engine, EngineUnavailableError } from '../../engine/types.ts';
import { payload } from '../../gitee/testing/payloads.ts';
import { recordingLog } from '../../lib/testing/recording-log.ts';
import { type GiteeRoute, readRoute } from '../read-route.ts';
import { MemoryStore } from '../testing/memory-store.ts';
import { acceptGitee, type GiteePost } from './accept-gitee.ts';
import { type GiteeRouteFields, giteeRoute } from './testing/gitee-posts.ts';

let engine: Engine;
beforeAll(() => {
  engine = createEngine({ program: locateEngine() });
});
afterAll(() => engine.close());

let store: MemoryStore;
let log: ReturnType<typeof recordingLog>;
let events: string[];
let failures: number;
let time: number;
beforeEach(() => {
  [store, log, events, failures] = [new MemoryStore(), recordingLog(), [], 0];
  time = Date.parse('2026-11-23T08:10:00Z');
});

function loaded(route: RelayRoute<GiteeRouteSpec>): GiteeRoute {
  const reading = readRoute(route);
  if (!reading.ok) throw new Error(reading.problem);
  return reading.route as GiteeRoute;
}

const accepted = (
  body: unknown,
  fields: GiteeRouteFields = {},
  post: Partial<GiteePost> & { readonly engine?: Engine } = {},
) =>
  acceptGitee(
    {
      route: loaded(giteeRoute(fields)),
      body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
      timestamp: '1795000000000',
      isPing: false,
      ...post,
    },
    {
      engine: post.engine ?? engine,
      ...{ store, log, now: () => time },
      onStored: () => undefined,
      onFailed: () => {
        failures += 1;
      },
      onEvent: (kind) => events.push(kind),
    },
  );

const textOf = (index = 0): string => JSON.parse(store.messages[index]?.body ?? '').markdown.text;

describe('a post of Gitee', () => {
  it('becomes a message for each robot of its subscription', async () => {
    const robots = [{}, { name: 'other', locale: 'zh-CN' as const }];
    expect(await accepted(payload('push'), { robots })).toBe('stored');
    expect(store.messages.map(({ robot }) => robot)).toEqual(['team-shop/robot', 'team-shop/other']);
    expect(store.messages[0]).toMatchObject({
      subscription: 'team-shop/shop',
      application: {
        uid: expect.stringMatching(/^gitee:uid-team-shop-shop:branch /),
        namespace: '',
        name: 'example/shop',
        url: 'https://gitee.com/example/shop',
      },
      event: { name: 'gitee-push', catalogueName: 'gitee-push' },
      at: {},
    });
    expect(store.messages[0]).not.toHaveProperty('noteKey');
    expect(textOf()).toBe('example/shop');
    expect(events).toEqual(['gitee-push']);
  });

  it('that comes again makes no second message, and another event of the same moment makes one', async () => {
    expect(await accepted(payload('push'))).toBe('stored');
    expect(await accepted(payload('push'))).toBe('stored');
    expect(store.messages.length).toBe(1);
    expect(await accepted(payload('branch-create'))).toBe('stored');
    expect(store.messages.length).toBe(2);
    // Gitee has sent the same event again, by the button in its user interface.
    expect(await accepted(payload('push'), {}, { timestamp: '1795000000001' })).toBe('stored');
    expect(store.messages.length).toBe(3);
  });

  it.each<[string, string, GiteeRouteFields, string]>([
    ['of another group', 'tag-create', {}, 'nobody'],
    [
      'with another action',
      'push',
      { events: [{ catalogueName: 'gitee-push', actions: ['delete'] }] },
      'nobody',
    ],
    [
      'with its action',
      'branch-delete',
      { events: [{ catalogueName: 'gitee-push', actions: ['delete'] }] },
      'stored',
    ],
    ['of another branch', 'push', { gitee: { branches: ['release/*'] } }, 'nobody'],
    ['of a branch that a glob matches', 'push', { gitee: { branches: ['*'] } }, 'stored'],
    [
      'of another tag',
      'tag-create',
      { gitee: { tags: ['x*'] }, events: [{ catalogueName: 'gitee-tag' }] },
      'nobody',
    ],
    ['for nobody', 'push', { robots: [] }, 'nobody'],
  ])('%s is judged by the filters', async (_, name, fields, result) => {
    expect(await accepted(payload(name), fields)).toBe(result);
    expect(store.messages.length).toBe(result === 'stored' ? 1 : 0);
  });

  it('keeps the order of a subject, and of no others', async () => {
    const fields = { events: [{ catalogueName: 'gitee-issue' }, { catalogueName: 'gitee-push' }] };
    for (const name of ['issue-open', 'issue-close', 'push']) await accepted(payload(name), fields);
    const [opened, closed, pushed] = store.messages.map(({ application }) => application.uid);
    expect(opened).toBe(closed);
    expect(pushed).not.toBe(opened);
  });

  it('is another event for another subscription, also under the same signature', async () => {
    await accepted(payload('push'));
    await accepted(payload('push'), { name: 'second' });
    expect(store.messages.length).toBe(2);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'x'],
    ['null', 'null'],
    ['a list', '[]'],
    ['an unknown event', { ...payload('push'), hook_name: 'weather_hooks' }],
    ['JSON that is too deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['a million objects', `{"hook_name":"push_hooks","commits":[${'{},'.repeat(1_000_000)}{}]}`],
  ])('is refused if it is %s', async (_, body) => {
    expect(await accepted(body)).toBe('unreadable');
    expect(store.messages).toEqual([]);
  });

  it('is refused while the engine or the store cannot be used', async () => {
    const away = { render: () => Promise.reject(new EngineUnavailableError('ended')) } as unknown as Engine;
    expect(await accepted(payload('push'), {}, { engine: away })).toBe('unavailable');
    store.fault = new Error('disk full');
    expect(await accepted(payload('push'))).toBe('unavailable');
    expect(await accepted(payload('push'), {}, { isPing: true })).toBe('unavailable');
    store.fault = undefined;
    expect(await accepted(payload('push'))).toBe('stored');
  });

  it('whose message the engine cannot make is lost for that robot only, and the log has the subscription and no text', async () => {
    const text = '{{ if eq .recipient "" }}{{ fail "example/shop" }}{{ end }}';
    expect(await accepted(payload('push'), { text })).toBe('nobody');
    expect([failures, store.messages]).toEqual([1, []]);
    expect(log.lines).toEqual([
      {
        level: 'error',
        fields: { step: 'render', subscription: 'team-shop/shop' },
        message: 'the engine cannot make a message of a subscription to Gitee, so this message is lost',
      },
    ]);
  });
});

describe('a hostile payload', () => {
  const push = payload('push');
  const [commit] = push.commits as [object];
  const hostile =
    '"}\\"@all @13800000000 <b>](https://evil.example) [x](y)\u0000\u0007\u202e\n# big\n\n* '.repeat(5);

  it.each<[string, object]>([
    ['10 000 commits', { ...push, commits: Array(10_000).fill(commit) }],
    ['texts of megabytes', { ...push, commits: [{ ...commit, message: 'x'.repeat(4_000_000) }] }],
    [
      'null everywhere',
      Object.fromEntries(
        Object.keys(push).map((key) => [
          key,
          key === 'hook_name'
            ? 'push_hooks'
            : key === 'repository'
              ? push.repository
              : key === 'ref'
                ? push.ref
                : null,
        ]),
      ),
    ],
    [
      'quotes, mentions, Markdown and controls',
      {
        ...push,
        ref: `refs/heads/${hostile}`,
        sender: { name: hostile },
        commits: [{ ...commit, message: hostile, author: { name: hostile } }],
      },
    ],
  ])('with %s changes the message and nothing else', async (_, body) => {
    const text = '{{ .app | toJson | toJson }}';
    const result = await accepted(body, { text });
    // A body that says too little is none.
    expect(['stored', 'unreadable']).toContain(result);
    for (const message of store.messages) {
      expect(message.at).toEqual({});
      expect(message.application.uid.length).toBeLessThan(300);
      expect(message.application.name).toBe('example/shop');
      expect(Buffer.byteLength(message.body)).toBeLessThan(200_000);
      expect(() => JSON.parse(message.body)).not.toThrow();
    }
  });
});

describe('a test of the hook', () => {
  it('makes a friendly message in the language of each group, with a keyword, whatever the body', async () => {
    const robots = [{}, { name: 'other', locale: 'zh-CN' as const, keywords: ['部署'] }];
    expect(await accepted('nonsense', { robots }, { isPing: true })).toBe('stored');
    expect(textOf(0)).toMatch(/Gitee notifications arrive here\n\n.*\*\*example\/shop\*\*/);
    expect(textOf(1)).toMatch(/Gitee 通知已接入本群[\s\S]*example\/shop[\s\S]*— 部署$/);
    for (const { body } of store.messages) expect(messageProblem(JSON.parse(body))).toBeUndefined();
    expect(events).toEqual(['ping']);
  });

  it('makes one message in a minute, whatever the events that the subscription wants', async () => {
    const fields = { events: [{ catalogueName: 'gitee-issue' }] };
    for (let each = 0; each < 5; each++)
      await accepted(payload('push'), fields, { isPing: true, timestamp: `179500000000${each}` });
    expect(store.messages.length).toBe(1);
    time += 60_000;
    await accepted(payload('push'), fields, { isPing: true });
    expect(store.messages.length).toBe(2);
  });
});
