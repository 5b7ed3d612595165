import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../lib/testing/certificates.ts';
import { type CommitClient, type CommitClientOptions, createCommitClient } from './client.ts';
import type { CommitQuestion } from './question.ts';
import { answerWith, FakeArgoCD, type FakeArgoCDOptions } from './testing/fake-argocd-api.ts';

const TOKEN = 'tok-feedfacefeedfacefeedface';
const HASH = 'a'.repeat(40);
const QUESTION: CommitQuestion = {
  ...{ application: 'shop', namespace: 'team-apps', project: 'payments' },
  ...{ repository: 'https://gitee.com/example/shop.git', revision: HASH },
};
const METADATA = {
  author: 'Magician <magician@example.com>',
  date: '2026-11-23T07:59:00Z',
  message: 'Limit the memory\n\nIt was too much.\n',
  tags: ['v1'],
};
const COMMIT = {
  author: 'Magician',
  date: METADATA.date,
  message: 'Limit the memory\n\nIt was too much.',
};

let folder: string;
let tokenFile: string;
const opened: (CommitClient | FakeArgoCD)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'commits-'));
  tokenFile = join(folder, 'token');
  await writeFile(tokenFile, `${TOKEN}\n`);
});
afterEach(async () => {
  for (const each of opened.splice(0).reverse())
    await ('close' in each ? each.close() : each[Symbol.asyncDispose]());
  await rm(folder, { recursive: true });
});

async function started(options: FakeArgoCDOptions = { token: TOKEN }): Promise<FakeArgoCD> {
  const fake = await FakeArgoCD.start(options);
  opened.push(fake);
  const { application: name, namespace, project } = QUESTION;
  fake.applications.push({ name, namespace, project, sources: [{ [HASH]: METADATA }] });
  return fake;
}

async function ask(
  url: string,
  question: Partial<CommitQuestion> = {},
  { timeoutMs = 5_000, ...options }: Partial<CommitClientOptions> & { readonly timeoutMs?: number } = {},
) {
  const client = createCommitClient({ url, tokenFile, ...options });
  opened.push(client);
  const answer = await client.ask({ ...QUESTION, ...question }, AbortSignal.timeout(timeoutMs));
  expect(JSON.stringify(answer)).not.toContain(TOKEN);
  return answer;
}

describe('Argo CD', () => {
  it('is asked for the metadata of a revision, by the account of the token', async () => {
    const fake = await started();
    expect(await ask(fake.url)).toEqual({ kind: 'found', commit: COMMIT });
    expect(await ask(`${fake.url}/`)).toEqual({ kind: 'found', commit: COMMIT });
    expect(fake.requests[0]).toBe(
      `/api/v1/applications/shop/revisions/${HASH}/metadata?appNamespace=team-apps&project=payments`,
    );
    expect(fake.mistakes).toEqual([]);
  });

  it('is asked for one of several sources', async () => {
    const fake = await started();
    fake.applications.unshift({
      ...{ name: 'shop', namespace: 'team-apps', project: 'payments' },
      sources: [{}, { [HASH]: METADATA }],
    });
    expect(await ask(fake.url, { sourceIndex: 1 })).toMatchObject({ kind: 'found' });
    expect(await ask(fake.url)).toEqual({ kind: 'unknown' });
    expect(await ask(fake.url, { sourceIndex: 2 })).toEqual({ kind: 'unknown' });
  });

  it('is asked without a token where there is none', async () => {
    const fake = await started({});
    expect(await ask(fake.url, {}, { tokenFile: undefined })).toMatchObject({ kind: 'found' });
  });

  it('is asked with a new token without a restart', async () => {
    const fake = await started();
    await writeFile(tokenFile, 'old-token-0123456789');
    const client = createCommitClient({ url: fake.url, tokenFile });
    opened.push(client);
    const answers = [];
    for (const token of ['old-token-0123456789', TOKEN]) {
      await writeFile(tokenFile, token);
      answers.push((await client.ask(QUESTION, AbortSignal.timeout(5_000))).kind);
    }
    expect(answers).toEqual(['unavailable', 'found']);
  });

  it('is asked with TLS as soon as the file has the CA of its certificate', async () => {
    const authority = createAuthority('Argo CD');
    const fake = await started({ token: TOKEN, authority });
    const caFile = join(folder, 'ca.crt');
    const client = createCommitClient({ url: fake.url, tokenFile, caFile });
    opened.push(client);
    const asked = () => client.ask(QUESTION, AbortSignal.timeout(5_000));
    const problem = /^argocd\.api\.caFile: .*ca\.crt: cannot be read: ENOENT/;
    expect(await asked()).toMatchObject({ kind: 'unavailable', words: expect.stringMatching(problem) });
    await writeFile(caFile, createAuthority('somebody else').cert);
    expect(await asked()).toMatchObject({ kind: 'unavailable' });
    expect(fake.requests).toEqual([]);
    await writeFile(caFile, authority.cert);
    expect(await asked()).toMatchObject({ kind: 'found' });
  });
});

describe('the author', () => {
  it.each([
    ['Magician <magician@example.com>', 'Magician'],
    ['  Two  Words <a@b>', 'Two  Words'],
    ['<only@example.com>', 'only@example.com'],
    ['no address', 'no address'],
    ['A <b> C <d@e>', 'A <b> C'],
    [undefined, ''],
    [{ name: 'x' }, ''],
    [`${'x'.repeat(300)} <a@b>`, 'x'.repeat(200)],
  ])('of %j is a name', async (author, name) => {
    const fake = await started();
    fake.obstacle = (_, response) => answerWith(response, 200, { ...METADATA, author });
    expect(await ask(fake.url)).toMatchObject({ commit: { author: name } });
  });
});

it('a long message is cut, and not within a character', async () => {
  const fake = await started();
  fake.obstacle = (_, response) =>
    answerWith(response, 200, { ...METADATA, message: `x${'😀'.repeat(9_000)}` });
  expect(await ask(fake.url)).toMatchObject({ commit: { message: `x${'😀'.repeat(2_499)}` } });
});

describe('without an answer about the commit', () => {
  it.each<[string, Partial<CommitQuestion>, string]>([
    ['a removed commit', { revision: 'b'.repeat(40) }, 'unknown'],
    ['a version of a chart', { revision: '1.2.3' }, 'unknown'],
    ['another Application', { application: 'other' }, 'unknown'],
    ['a project of others', { project: 'secret' }, 'forbidden'],
  ])('%s is %s', async (_, question, kind) => {
    const fake = await started();
    fake.forbidden.add('secret');
    expect(await ask(fake.url, question)).toEqual({ kind });
  });

  it.each<[number, object]>([
    [400, { kind: 'unknown' }],
    [500, { kind: 'unknown' }],
    [401, { kind: 'unavailable', words: 'HTTP 401: Argo CD knows no account of this token' }],
    [429, { kind: 'unavailable', words: 'HTTP 429' }],
    [502, { kind: 'unavailable', words: 'HTTP 502' }],
    [503, { kind: 'unavailable', words: 'HTTP 503' }],
    [504, { kind: 'unavailable', words: 'HTTP 504' }],
    [204, { kind: 'unavailable', words: expect.stringContaining('HTTP 204 in place of an answer') }],
  ])('HTTP %i, which repeats the token, counts for what it is', async (status, expected) => {
    const fake = await started();
    fake.obstacle = ({ headers }, response) => answerWith(response, status, { error: headers.authorization });
    expect(await ask(fake.url)).toEqual(expected);
  });

  it.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed', async (status) => {
    const [fake, thief] = [await started(), await started()];
    fake.obstacle = (_, response) => response.writeHead(status, { location: `${thief.url}/` }).end();
    expect(await ask(fake.url)).toMatchObject({ kind: 'unavailable' });
    expect(thief.requests).toEqual([]);
  });

  it.each([
    ['a page', '<html>log in</html>'],
    ['another object', '{"message":"hello"}'],
    ['null', 'null'],
    ['a list', '[]'],
    ['nothing', ''],
  ])('%s is no answer of Argo CD', async (_, text) => {
    const fake = await started();
    fake.obstacle = (_request, response) => response.writeHead(200).end(text);
    expect(await ask(fake.url)).toMatchObject({
      words: 'HTTP 200 with an answer that is not the metadata of a commit',
    });
  });

  it('an answer without end is not read', async () => {
    const fake = await started();
    let isOver = false;
    fake.obstacle = (_, response) => {
      const more = (): void => {
        while (!isOver && response.write('x'.repeat(16_384)));
      };
      response.on('drain', more).on('close', () => {
        isOver = true;
      });
      response.writeHead(200);
      more();
    };
    expect(await ask(fake.url)).toEqual({ kind: 'unknown' });
  });

  it.each<[string, FakeArgoCD['obstacle']]>([
    ['a server that never answers', () => undefined],
    ['an answer that never ends', (_, response) => void response.writeHead(200).write('{"date":')],
    [
      'one byte after the other',
      (_, response) => void response.writeHead(200, { 'content-length': 9 }).write('{'),
    ],
  ])('%s is given up', async (_, obstacle) => {
    const fake = await started();
    fake.obstacle = obstacle;
    expect(await ask(fake.url, {}, { timeoutMs: 200 })).toEqual({ kind: 'timeout' });
  });

  it('a broken connection is told by its code', async () => {
    const fake = await started();
    fake.obstacle = ({ socket }) => void socket.destroy();
    expect(await ask(fake.url)).toEqual({ kind: 'unavailable', words: 'UND_ERR_SOCKET' });
    expect(await ask('http://127.0.0.1:1')).toEqual({ kind: 'unavailable', words: 'ECONNREFUSED' });
  });

  it.each<[string, string | undefined]>([
    ['no file', undefined],
    ['an empty file', ' \n'],
    ['a file with two words', `${TOKEN} ${TOKEN}`],
    ['a file with a header', `${TOKEN}\r\nx: y`],
    ['a long file', 'x'.repeat(9_000)],
  ])('%s is no token, and nobody is asked', async (_, text) => {
    const fake = await started();
    if (text === undefined) await rm(tokenFile);
    else await writeFile(tokenFile, text);
    expect(await ask(fake.url)).toEqual({
      kind: 'unavailable',
      words: 'argocd.api.tokenFile: the file cannot be read, or has no token',
    });
    expect(fake.requests).toEqual([]);
  });
});

it('at most four questions are under way, and a client that has given up makes room', async () => {
  const fake = await started();
  const waiting: (() => void)[] = [];
  fake.obstacle = (_, response) => waiting.push(() => answerWith(response, 200, METADATA));
  const client = createCommitClient({ url: fake.url, tokenFile });
  opened.push(client);
  const signal = AbortSignal.timeout(300);
  const first = Array.from({ length: 10 }, () => client.ask(QUESTION, signal));
  expect((await Promise.all(first)).map(({ kind }) => kind)).toEqual(Array(10).fill('timeout'));
  expect(fake.requests).toHaveLength(4);
  fake.obstacle = undefined;
  expect(await client.ask(QUESTION, AbortSignal.timeout(5_000))).toMatchObject({ kind: 'found' });
});
