import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createGiteeClient, type GiteeClient, type GiteeRepository } from './client.ts';
import type { DeclaredHook } from './hook.ts';
import {
  type FakeGitee,
  type FakeRepository,
  type GiteeObstacle,
  startFakeGitee,
} from './testing/fake-gitee.ts';

const TOKEN = 'cafe'.repeat(8);
const ROBOT_TOKEN = 'feed'.repeat(16);
const KEY = `SEC${'beef'.repeat(16)}`;
const HOOK: DeclaredHook = {
  url: `https://oapi.dingtalk.com/robot/send?access_token=${ROBOT_TOKEN}`,
  signingKey: KEY,
  switches: {
    push_events: true,
    tag_push_events: false,
    issues_events: false,
    merge_requests_events: true,
    note_events: false,
  },
};
const SECRETS = new RegExp(`${TOKEN}|${ROBOT_TOKEN}|${KEY}|access_token=[^*]`);

let gitee: FakeGitee;
let repository: FakeRepository;
let of: GiteeRepository;
const outcomes: string[] = [];
const clients: GiteeClient[] = [];
async function client({ timeoutMs = 5_000, trust = true } = {}): Promise<GiteeClient> {
  const made = createGiteeClient({
    ca: trust ? [await readFile(gitee.caFile, 'utf8')] : undefined,
    timeoutMs,
    turn: async () => undefined,
    onRequest: (outcome) => void outcomes.push(outcome),
  });
  clients.push(made);
  return made;
}

beforeEach(async () => {
  for (const name of ['https_proxy', 'HTTPS_PROXY']) vi.stubEnv(name, undefined);
  outcomes.length = 0;
  gitee = await startFakeGitee();
  repository = gitee.addRepository('team/shop', TOKEN);
  of = { baseUrl: gitee.url, repository: 'team/shop', token: TOKEN };
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(clients.splice(0).map((each) => each.close()));
  await gitee.stop();
});

describe('hooks', () => {
  it('are created, read, changed and deleted', async () => {
    const api = await client();
    const created = await api.create(of, HOOK);
    expect(created).toMatchObject({
      ok: true,
      value: { url: HOOK.url, password: KEY, switches: HOOK.switches },
    });
    if (!created.ok) throw new Error('not created');
    const { id } = created.value;
    expect(repository.hooks).toMatchObject([{ id, encryptionType: 1, password: KEY }]);
    expect(await api.get(of, id)).toEqual(created);
    const other = { ...HOOK, switches: { ...HOOK.switches, note_events: true } };
    expect(await api.change(of, id, other)).toMatchObject({
      ok: true,
      value: { id, switches: other.switches },
    });
    expect(await api.list(of)).toMatchObject({ ok: true, value: [{ id, switches: other.switches }] });
    expect(await api.remove(of, id)).toEqual({ ok: true, value: undefined });
    expect(await api.remove(of, id)).toMatchObject({ trouble: 'missing', words: 'HTTP 404: 404 Not Found' });
    expect(repository.hooks).toEqual([]);
    expect(outcomes).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'missing']);
  });

  it('carry the token in the body of a write, and in the query otherwise', async () => {
    const api = await client();
    const created = await api.create(of, HOOK);
    if (!created.ok) throw new Error('not created');
    await api.change(of, created.value.id, HOOK);
    await api.list(of);
    await api.remove(of, created.value.id);
    expect(gitee.requests.map(({ method, token }) => [method, token])).toEqual([
      ['POST', 'body'],
      ['PATCH', 'body'],
      ['GET', 'query'],
      ['DELETE', 'query'],
    ]);
  });

  it('have no key where the robot has none', async () => {
    await (await client()).create(of, { ...HOOK, signingKey: undefined });
    expect(repository.hooks).toMatchObject([{ encryptionType: 0, password: '' }]);
  });

  it('are listed over all pages', async () => {
    for (let each = 0; each < 300; each++) repository.addHook({ url: `https://example.com/${each}` });
    const listed = await (await client()).list(of);
    expect(listed.ok && listed.value.map(({ id }) => id)).toEqual(repository.hooks.map(({ id }) => id));
    expect(gitee.requests.map(({ page }) => page)).toEqual([1, 2, 3, 4]);
  });
});

describe('a failure', () => {
  it.each<[GiteeObstacle, string, string | RegExp]>([
    [401, 'unauthorized', 'HTTP 401: 401 Unauthorized: Access token does not exist'],
    [403, 'forbidden', 'HTTP 403: 403 Forbidden'],
    [404, 'missing', 'HTTP 404: 404 Project Not Found'],
    [422, 'refused', /^HTTP 422: the hook/],
    [429, 'throttled', 'HTTP 429: 429 Too Many Requests'],
    [503, 'unavailable', 'HTTP 503'],
    ['cut', 'unavailable', /other side closed|socket hang up/],
    ['redirect', 'unexpected', 'HTTP 307 (redirects are not followed)'],
    ['page', 'unexpected', 'HTTP 200: the answer is not JSON'],
    ['huge', 'unexpected', 'HTTP 200: the answer has more than 4194304 bytes'],
  ])('by %s is %s', async (how, trouble, words) => {
    gitee.obstruct(how);
    const api = await client();
    for (const result of [await api.list(of), await api.create(of, HOOK), await api.remove(of, 7)]) {
      expect(result).toMatchObject({ ok: false, trouble });
      expect(!result.ok && result.words).toMatch(words);
      expect(JSON.stringify(result)).not.toMatch(SECRETS);
    }
    expect(gitee.requests.length).toBe(3);
  });

  it('says how long Gitee asks to wait', async () => {
    gitee.obstruct(429);
    expect(await (await client()).list(of)).toMatchObject({ trouble: 'throttled', retryAfterMs: 1_000 });
  });

  it('comes within the time-out', async () => {
    gitee.obstruct('hang');
    expect(await (await client({ timeoutMs: 200 })).list(of)).toMatchObject({
      trouble: 'unavailable',
      words: 'no answer within 200 ms',
    });
  });

  it('comes from a server whose certificate nobody trusts, which never sees the token', async () => {
    expect(await (await client({ trust: false })).list(of)).toMatchObject({
      trouble: 'unavailable',
      words: expect.stringContaining('certificate'),
    });
    expect(gitee.requests).toEqual([]);
  });

  it('comes if nobody listens', async () => {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const baseUrl = `https://127.0.0.1:${(server.address() as { port: number }).port}`;
    server.close();
    expect(await (await client()).list({ ...of, baseUrl })).toMatchObject({
      trouble: 'unavailable',
      words: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('tells apart a wrong token, a right that is missing, and a repository that is hidden', async () => {
    const api = await client();
    repository.admitReader('reader-token');
    gitee.addRepository('other/one', 'other-token');
    expect(await api.list({ ...of, token: 'no-such-token' })).toMatchObject({ trouble: 'unauthorized' });
    expect(await api.list({ ...of, token: 'reader-token' })).toMatchObject({ trouble: 'forbidden' });
    expect(await api.list({ ...of, token: 'other-token' })).toMatchObject({ trouble: 'missing' });
  });
});
