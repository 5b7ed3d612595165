import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../lib/testing/eventually.ts';
import { recordingLog } from '../../lib/testing/recording-log.ts';
import type { PostResult } from '../accept.ts';
import type { Door, DoorLimits } from '../door.ts';
import { type PostedEvent, readPostedEvent } from '../posted-event.ts';
import { indexRoutes } from '../route-index.ts';
import { application, post as argocdPost, syncFailed } from '../testing/posts.ts';
import { head, RawConnections } from '../testing/raw-connections.ts';
import { compiledRoute } from '../testing/routes.ts';
import type { GiteePost } from './accept-gitee.ts';
import { giteeDoor } from './gitee-door.ts';
import { InstallationKey } from './installation-key.ts';
import { giteeHeaders, giteePath, giteeRoute, INSTALLATION_KEY } from './testing/gitee-posts.ts';

const MAX_BYTES = 100_000;
const LIMITS: DoorLimits = {
  ...{ connections: 64, posts: 8, bodyBytes: MAX_BYTES },
  ...{ headersMs: 200, bodyMs: 1_500, requestMs: 5_000 },
};
const NOW = Date.parse('2026-11-23T08:10:00Z');
const BODY = '{"hook_name":"push_hooks"}';
const [SHOP, OTHER] = [giteeRoute(), giteeRoute({ namespace: 'team-other', name: 'other' })];

let door: Door;
let port: number;
let answers: number[];
let posts: GiteePost[];
let accept: (post: GiteePost) => Promise<PostResult>;
let stored: string | undefined;
let reads: number;
let key: InstallationKey;
let log: ReturnType<typeof recordingLog>;
let isSynced: boolean;
/** How far the clock of the key jumps each time, so that no test waits until the key may be read again. */
let hurryMs: number;
const connections = new RawConnections();

beforeEach(async () => {
  [answers, posts, stored, reads, isSynced, hurryMs] = [[], [], INSTALLATION_KEY, 0, true, 1_000];
  accept = async () => 'stored';
  log = recordingLog();
  const clock = () => performance.now();
  let jumped = 0;
  key = new InstallationKey({
    read: async () => {
      reads += 1;
      return stored;
    },
    clock: () => {
      jumped += hurryMs;
      return clock() + jumped;
    },
    log,
  });
  await key.start();
  const index = indexRoutes([SHOP, OTHER, compiledRoute()]);
  door = giteeDoor({
    ...{ key, log, clock, now: () => NOW, limits: LIMITS },
    routes: () => (isSynced ? index : undefined),
    accept: (post) => {
      posts.push(post);
      return accept(post);
    },
    onAnswered: (status) => answers.push(status),
  });
  port = await door.listen('127.0.0.1:0');
});

afterEach(async () => {
  connections.destroy();
  await door.close(0);
  key.close();
});

const post = (headers = giteeHeaders(SHOP, NOW), path = giteePath(SHOP), body = BODY) =>
  fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body, headers });

const raw = (text: string) => connections.open(port, text);
const signed = (at = NOW): string[] =>
  Object.entries(giteeHeaders(SHOP, at)).map(([name, value]) => `${name}: ${value}`);
const request = (...lines: string[]): string =>
  head(`POST ${giteePath(SHOP)} HTTP/1.1`, 'Host: relay', ...signed(), ...lines);

describe('the door for Gitee', () => {
  it.each<[PostResult, number]>([
    ['stored', 202],
    ['nobody', 200],
    ['unreadable', 422],
    ['unavailable', 503],
  ])('answers %s with %i', async (result, status) => {
    accept = async () => result;
    const response = await post();
    expect(response.status).toBe(status);
    await response.text();
    expect(answers).toEqual([status]);
    const [{ route, body, timestamp, isPing }] = posts as [GiteePost];
    expect([route.spec.subscription.name, String(body), timestamp, isPing]).toEqual([
      'shop',
      BODY,
      `${NOW}`,
      false,
    ]);
  });

  it('sees that somebody tries the hook out', async () => {
    expect((await post(giteeHeaders(SHOP, NOW, { isPing: true }))).status).toBe(202);
    expect(posts[0]?.isPing).toBe(true);
  });

  it.each([
    '/',
    '/gitee',
    '/gitee/team-shop',
    '/gitee/team-shop/shop/',
    '/gitee/team-shop/shop/more',
    '/gitee/../gitee/x',
    '/gitee/Team/shop',
    '/gitee/team-shop/%73hop',
    '/v1/argocd',
    '/metrics',
    '//gitee/team-shop/shop',
  ])('does not know %s', async (path) => {
    const answer = raw(
      head(`POST ${path} HTTP/1.1`, 'Host: relay', ...signed(), 'Connection: close', 'Content-Length: 0'),
    );
    expect(await text(answer)).toMatch(/^HTTP\/1.1 404 /);
  });

  it.each(['GET', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS'])('refuses the method %s', async (method) => {
    const response = await fetch(`http://127.0.0.1:${port}${giteePath(SHOP)}`, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it.each([
    ['no signature', {}],
    ['the signature of another installation', giteeHeaders(SHOP, NOW, { installationKey: 'other' })],
    ['the signature of another subscription', giteeHeaders(OTHER, NOW)],
    ['a signature of an hour ago', giteeHeaders(SHOP, NOW - 3_600_000)],
    ['a signature of the future', giteeHeaders(SHOP, NOW + 3_600_000)],
    [
      'an old signature with the present time',
      { ...giteeHeaders(SHOP, NOW - 3_600_000), 'x-gitee-timestamp': `${NOW}` },
    ],
  ])('refuses %s, in the words of a path without a subscription', async (_, headers) => {
    const refused = await post(headers as Record<string, string>);
    const unknown = await post(giteeHeaders(SHOP, NOW), '/gitee/team-shop/nothing');
    expect([refused.status, unknown.status, posts]).toEqual([401, 401, []]);
    expect(await refused.text()).toBe(await unknown.text());
  });

  it('has no path for a subscription about Applications, whatever the signature', async () => {
    const route = compiledRoute();
    expect((await post(giteeHeaders(route, NOW), giteePath(route))).status).toBe(401);
  });

  it.each([
    ['', 'no uid'],
    ['undefined', 'a uid that is a word of JavaScript'],
  ])('has no key for paths without a subscription: a signature with the uid %j is refused', async (uid) => {
    const nobody = { spec: { ...SHOP.spec, subscription: { ...SHOP.spec.subscription, uid } } };
    expect((await post(giteeHeaders(nobody, NOW), '/gitee/team-shop/nothing')).status).toBe(401);
  });

  it('takes a post of nearly ten minutes ago', async () => {
    expect((await post(giteeHeaders(SHOP, NOW - 9 * 60_000))).status).toBe(202);
  });

  it('takes another body under the same signature: the signature does not cover it', async () => {
    expect((await post()).status).toBe(202);
    expect((await post(giteeHeaders(SHOP, NOW), giteePath(SHOP), '{"changed":true}')).status).toBe(202);
    expect(posts.map(({ body }) => String(body))).toEqual([BODY, '{"changed":true}']);
  });

  it('answers 503 while the routes are not known', async () => {
    isSynced = false;
    expect((await post()).status).toBe(503);
  });

  it('refuses before the body has come', async () => {
    const socket = raw(head(`POST ${giteePath(SHOP)} HTTP/1.1`, 'Host: relay', 'Content-Length: 9'));
    expect(await text(socket)).toMatch(/^HTTP\/1.1 401 /);
  });

  it('refuses a body that is announced to be too large without reading it', async () => {
    expect(await text(raw(request(`Content-Length: ${MAX_BYTES + 1}`)))).toMatch(/^HTTP\/1.1 413 /);
  });

  it('refuses a body without end, and does not keep it', async () => {
    const socket = raw(request('Transfer-Encoding: chunked'));
    const closed = once(socket, 'close');
    const answer = text(socket).catch(() => '');
    for (let sent = 0; sent <= MAX_BYTES && !socket.destroyed; sent += 0x1000)
      socket.write(`1000\r\n${'x'.repeat(0x1000)}\r\n`);
    await closed;
    // The end of the connection may be faster than the answer.
    expect(await answer).toMatch(/^(HTTP\/1.1 413 |$)/);
    await eventually('the refusal', () => answers.includes(413));
    expect(posts).toEqual([]);
  });

  it('ends a connection whose head or body never ends', async () => {
    const [slowHead, slowBody] = [
      raw(`POST ${giteePath(SHOP)} HTTP/1.1\r\nX: `),
      raw(`${request('Content-Length: 1000')}{`),
    ];
    expect(await text(slowHead)).toMatch(/^(HTTP\/1.1 408 |$)/);
    expect(await text(slowBody)).toMatch(/^HTTP\/1.1 408 /);
    expect(posts).toEqual([]);
  });

  it('takes a post while 500 hostile connections are held, and reads the key once a second for all of them', async () => {
    await post();
    [reads, hurryMs] = [0, 0];
    const began = performance.now();
    const bad = head(
      `POST ${giteePath(SHOP)} HTTP/1.1`,
      'Host: r',
      'X-Gitee-Token: x',
      'Content-Length: 5000000',
    );
    const heads = [bad, `POST ${giteePath(SHOP)}`, '', head('GET / HTTP/1.1', 'Host: r')];
    for (let each = 0; each < 500; each++) raw(heads[each % heads.length] as string);
    expect((await post()).status).toBe(202);
    const seconds = (performance.now() - began) / 1_000;
    expect(reads).toBeLessThanOrEqual(2 + seconds);
    expect((await post()).status).toBe(202);
  });

  it('has posts of one subscription wait for each other, and not those of others', async () => {
    const { promise, resolve } = Promise.withResolvers<PostResult>();
    accept = ({ route }) => (route.spec.subscription.name === 'shop' ? promise : Promise.resolve('stored'));
    const slow = Array.from({ length: 5 }, () => post());
    await eventually('one post', () => posts.length === 1);
    expect((await post(giteeHeaders(OTHER, NOW), giteePath(OTHER))).status).toBe(202);
    expect(posts.length).toBe(2);
    resolve('stored');
    expect((await Promise.all(slow)).map(({ status }) => status)).toEqual(Array(5).fill(202));
  });

  it('says in the log why posts of a hook are refused, once in a while, and logs nothing of them', async () => {
    for (let each = 0; each < 3; each++) {
      await post(giteeHeaders(SHOP, NOW, { installationKey: 'other' }));
      await post(giteeHeaders(OTHER, NOW - 3_600_000), giteePath(OTHER));
      await post(giteeHeaders(SHOP, NOW), '/gitee/team-shop/nothing');
    }
    expect(log.lines.map(({ message, fields }) => [message.slice(0, 90), fields])).toEqual([
      [expect.stringContaining('since its signature is wrong'), { subscription: 'team-shop/shop' }],
      [expect.stringContaining('since its signature is of'), { subscription: 'team-other/other' }],
    ]);
  });
});

it('a post of Argo CD finds no route of a Gitee subscription', () => {
  const index = indexRoutes([SHOP]);
  expect(index.routes).toHaveLength(1);
  const { described } = readPostedEvent(
    String(argocdPost('gitee-push', application(syncFailed()))),
  ) as PostedEvent;
  expect(index.candidates('gitee-push', described)).toEqual([]);
});

describe('the key', () => {
  it('is read anew before a post is too late: the API server’s answer sets the clock', async () => {
    let now = NOW + 3_600_000;
    const judged = new InstallationKey({
      read: async () => {
        if (reads > 0) now = NOW;
        reads += 1;
        return INSTALLATION_KEY;
      },
      ...{ clock: () => performance.now(), log },
    });
    reads = 0;
    await judged.start();
    expect(await judged.judge(giteeHeaders(SHOP, NOW), SHOP.spec.subscription.uid, () => now)).toBe('right');
    expect(reads).toBe(2);
    judged.close();
  });

  it('that does not exist yet is 503, and one line of the log', async () => {
    stored = '';
    log = recordingLog();
    const missing = new InstallationKey({ read: async () => stored, clock: () => performance.now(), log });
    await missing.start();
    expect(await missing.judge(giteeHeaders(SHOP, NOW), SHOP.spec.subscription.uid, () => NOW)).toBe(
      'unknown',
    );
    expect(log.lines.map(({ message }) => message)).toEqual([
      'the Secret argocd-dingtalk-gitee has no key yet, so posts of Gitee are answered with 503; the operator writes it',
    ]);
    stored = INSTALLATION_KEY;
    expect(await missing.judge(giteeHeaders(SHOP, NOW), SHOP.spec.subscription.uid, () => NOW)).toBe('right');
    missing.close();
  });

  it('that was replaced opens the door for an hour more', async () => {
    let now = 0;
    const rotating = new InstallationKey({ read: async () => stored, clock: () => now, log });
    const judge = (installationKey: string) =>
      rotating.judge(giteeHeaders(SHOP, NOW, { installationKey }), SHOP.spec.subscription.uid, () => NOW);
    await rotating.start();
    stored = 'another';
    now = 2_000;
    expect([await judge('another'), await judge(INSTALLATION_KEY)]).toEqual(['right', 'right']);
    now = 3_600_000;
    expect(await judge(INSTALLATION_KEY)).toBe('right');
    now = 3_605_000;
    expect([await judge(INSTALLATION_KEY), await judge('another')]).toEqual(['wrong', 'right']);
    rotating.close();
  });
});
