import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { locateEngine } from '../../engine/locate.ts';
import type { RelayRoute } from '../api/relay-route.ts';
import { COMMIT_FIELD, type Commit } from '../argocd/commit-field.ts';
import { robot, subscription, template } from '../core/testing/fixtures.ts';
import { createEngine } from '../engine/client.ts';
import type { Engine } from '../engine/types.ts';
import { recordingLog } from '../lib/testing/recording-log.ts';
import { acceptPost } from './accept.ts';
import { createCommitClient } from './commits/client.ts';
import { COMMIT_TIMEOUT_MS, Commits } from './commits/commits.ts';
import { answerWith, FakeArgoCD } from './commits/testing/fake-argocd-api.ts';
import { indexRoutes } from './route-index.ts';
import { MemoryStore } from './testing/memory-store.ts';
import { application, post, syncFailed } from './testing/posts.ts';
import { compiledRoute } from './testing/routes.ts';

/** Messages that show a commit, from the post to the store: the real engine, and a real HTTP server in Argo CD's place. */

let engine: Engine;
beforeAll(() => {
  engine = createEngine({ program: locateEngine() });
});
afterAll(() => engine.close());

let argocd: FakeArgoCD;
let client: ReturnType<typeof createCommitClient>;
let commits: Commits;
let store: MemoryStore;
let log: ReturnType<typeof recordingLog>;
beforeEach(async () => {
  [store, log, argocd] = [new MemoryStore(), recordingLog(), await FakeArgoCD.start()];
  client = createCommitClient({ url: argocd.url });
  commits = new Commits({ client, clock: () => performance.now(), log, onLookUp: () => undefined });
});
afterEach(async () => {
  expect(argocd.mistakes).toEqual([]);
  await client.close();
  await argocd[Symbol.asyncDispose]();
});

const REVISION = 'a'.repeat(40);
const FAILED = { operationState: { ...syncFailed().operationState, syncResult: { revision: REVISION } } };
const COMMIT = { author: 'Magician', message: 'Limit the memory', date: '2026-11-23T07:59:00Z' };

/** A route to one robot of the same name, whose message is this Handlebars. */
const route = (name: string, content: string, kind = 'text') =>
  compiledRoute(
    subscription(
      { name },
      { robots: [{ name }], events: [{ trigger: 'on-sync-failed', template: { name: 'own' } }] },
    ),
    [robot({ name })],
    {},
    [
      {
        ...template({ name: 'own' }, ''),
        spec: {
          message: kind === 'text' ? { text: { content } } : { markdown: { title: content, text: content } },
        },
      } as never,
    ],
  );
const plain = (name: string) =>
  compiledRoute(subscription({ name }, { robots: [{ name }] }), [robot({ name })]);

const accepted = (app: object, routes: readonly RelayRoute[], withCommits = true) =>
  acceptPost(post('on-sync-failed', app), {
    ...{ engine, store, log, argocdUrl: undefined, onStored: () => undefined },
    routes: () => indexRoutes(routes),
    now: () => Date.parse('2026-11-23T08:10:00Z'),
    onFailed: (step) => expect(step).toBeUndefined(),
    commitOf: withCommits ? (posted) => commits.of(posted) : undefined,
  });

const known = (metadata: Partial<Commit> = {}): void => {
  argocd.applications.push({
    ...{ name: 'checkout', namespace: 'argocd', project: 'payments' },
    sources: [{ [REVISION]: { ...COMMIT, author: 'Magician <magician@example.com>', ...metadata } }],
  });
};
const textOf = (robotName: string): string | undefined => {
  const body = store.messages.find((each) => each.robot === `team-payments/${robotName}`)?.body;
  if (body === undefined) return undefined;
  const { text, markdown } = JSON.parse(body);
  return text?.content ?? markdown.text;
};

const SHOWS = '{{commit.author}}, {{date commit.date "MM-DD HH:mm" "Asia/Shanghai"}}: {{commit.message}}';

describe('a message that shows the commit', () => {
  it('has what Argo CD says of it', async () => {
    known();
    expect(await accepted(application(FAILED), [route('a', SHOWS)])).toBe('stored');
    expect(textOf('a')).toBe('Magician, 11-23 15:59: Limit the memory');
  });

  it('asks Argo CD once for all robots', async () => {
    known();
    await accepted(application(FAILED), [route('a', SHOWS), route('b', SHOWS), plain('c')]);
    expect(store.messages.map((message) => message.robot)).toEqual([
      'team-payments/c',
      'team-payments/a',
      'team-payments/b',
    ]);
    expect(argocd.requests).toHaveLength(1);
  });

  it('goes on without it if Argo CD does not know it, and without Argo CD', async () => {
    expect(await accepted(application(FAILED), [route('a', SHOWS)])).toBe('stored');
    await client.close();
    expect(await accepted(application(FAILED, { uid: 'other' }), [route('b', SHOWS)])).toBe('stored');
    expect(await accepted(application(FAILED, { uid: 'third' }), [route('c', SHOWS)], false)).toBe('stored');
    expect(['a', 'b', 'c'].map(textOf)).toEqual(Array(3).fill(', : '));
  });

  it('never shows what somebody has written into the Application', async () => {
    const forged = (uid: string) => ({
      ...application(FAILED, { uid }),
      [COMMIT_FIELD]: { ...COMMIT, author: 'Forger' },
    });
    for (const withCommits of [true, false]) {
      const name = `r-${withCommits}`;
      await accepted(forged(name), [route(name, SHOWS)], withCommits);
      expect(textOf(name)).toBe(', : ');
    }
  });

  it('never shows what somebody has written into the Application in place of what Argo CD says', async () => {
    known();
    const forged = { ...application(FAILED), [COMMIT_FIELD]: { ...COMMIT, author: 'Forger' } };
    await accepted(forged, [route('a', SHOWS)]);
    expect(textOf('a')).toBe('Magician, 11-23 15:59: Limit the memory');
  });
});

it('Argo CD is not asked for a message without a commit, nor for an event that has not happened', async () => {
  known();
  await accepted(application(FAILED), [plain('a'), route('b', '{{app.metadata.name}}')]);
  const succeeded = { operationState: { ...FAILED.operationState, phase: 'Succeeded' } };
  expect(await accepted(application(succeeded), [route('c', SHOWS)])).toBe('nobody');
  expect(argocd.requests).toEqual([]);
});

describe('a hostile commit', () => {
  const HOSTILE = [
    '@all @13800000000 ＠all @@all',
    '[click](https://evil.example) ![x](https://evil.example/x.png)',
    '# Heading\n> quote\n- list\r\n\u2028more',
    '"}, "at": {"isAtAll": true}, "x": {"y": "',
    '{{.secrets}} {{define "m"}}x{{end}} {{template "m"}} `}}',
    '<font color=red>red</font> <no value>',
    '\u0000\u001f\u007f\u0085 \ud83d \ufeff',
    '$dt_team-payments_a $secret',
  ];

  it.each(['text', 'markdown'])(
    'is treated like every other value of the Application in %s',
    async (kind) => {
      const shown = {
        message: '{{commit.message}}|{{commit.author}}',
        own: '{{app.status.operationState.message}}',
      };
      for (const [place, words] of HOSTILE.entries()) {
        const [uid, name] = [`uid-${kind}-${place}`, `r${place}`];
        argocd.obstacle = (_, response) =>
          answerWith(response, 200, { ...COMMIT, message: words, author: words });
        const revision = `${place}${kind === 'text' ? 'a' : 'b'}`.padEnd(40, '0');
        const status = {
          operationState: { ...FAILED.operationState, message: words.trim(), syncResult: { revision } },
        };
        const routes = [
          route(name, `x {{commit.message}}`, kind),
          route(`${name}-own`, `x ${shown.own}`, kind),
        ];
        expect(await accepted(application(status, { uid }), routes)).toBe('stored');
        expect(textOf(name)).toBe(textOf(`${name}-own`));
        const [message] = store.messages.filter((each) => each.robot === `team-payments/${name}`);
        expect(message?.at).toEqual({});
        expect(Object.keys(JSON.parse(message?.body ?? '')).sort()).toEqual([kind, 'msgtype'].sort());
      }
      expect(textOf('r0')).toMatch(/＠all ＠13800000000 ＠all ＠all/);
      if (kind === 'markdown') {
        expect(textOf('r1')).toContain('［click］（https://evil.example）');
        expect(textOf('r5')).not.toContain('<');
      }
    },
  );

  it('of the greatest length leaves a message that DingTalk accepts', async () => {
    known({ message: '字"'.repeat(30_000), author: '😀'.repeat(9_000) });
    const content = `${SHOWS}${'{{truncate commit.message 5000}}'.repeat(8)}`;
    await accepted(application(FAILED), [route('a', content), route('b', content, 'markdown')]);
    for (const { body } of store.messages) expect(Buffer.byteLength(body ?? '')).toBeLessThanOrEqual(20_000);
    expect(store.messages).toHaveLength(2);
  });
});

describe('while Argo CD hangs', () => {
  beforeEach(() => {
    argocd.obstacle = () => undefined;
  });

  it('messages without a commit are stored at once, and those with one after the time-out', async () => {
    // The first post starts the engine.
    await accepted(application(FAILED, { uid: 'first' }), [plain('x')]);
    const storedAt = new Map<string, number>();
    const { accept } = store;
    const began = performance.now();
    store.accept = (messages, ...rest) => {
      for (const each of messages) storedAt.set(each.robot, performance.now() - began);
      return accept.call(store, messages, ...rest);
    };
    const routes = [route('a', SHOWS), plain('b')];
    expect(await accepted(application(FAILED), routes)).toBe('stored');
    const [a, b] = [storedAt.get('team-payments/a') ?? 0, storedAt.get('team-payments/b') ?? 0];
    expect(b).toBeLessThan(a);
    expect(a).toBeGreaterThan(COMMIT_TIMEOUT_MS - 50);
    expect(a).toBeLessThan(COMMIT_TIMEOUT_MS + 2_000);
    expect(textOf('a')).toBe(', : ');
    // Nobody waits again.
    for (let place = 0; place < 5; place++)
      await accepted(application(FAILED, { uid: `uid-${place}` }), [route('a', SHOWS)]);
    expect(argocd.requests).toHaveLength(1);
    expect(store.messages).toHaveLength(8);
  });
});
