import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Agent, request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority } from '../../lib/testing/certificates.ts';
import { type FakeGitee, type FakeRepository, sendEvent, startFakeGitee } from './fake-gitee.ts';
import { giteePost, giteeSign } from './fake-gitee-sender.ts';

const TOKEN = 'cafe'.repeat(8);
const HOOK = { url: 'https://hooks.example.com/', encryption_type: 1, password: 'key', push_events: true };

let gitee: FakeGitee;
let repository: FakeRepository;
beforeEach(async () => {
  gitee = await startFakeGitee();
  repository = gitee.addRepository('team/shop', TOKEN);
});
afterEach(async () => gitee.stop());

async function ask(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object | string) {
  const dispatcher = new Agent({ connect: { ca: readFileSync(gitee.caFile, 'utf8') } });
  const answer = await request(`${gitee.url}/api/v5/repos/${path}`, {
    dispatcher,
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  });
  const text = await answer.body.text();
  await dispatcher.destroy();
  return { status: answer.statusCode, body: text === '' ? undefined : JSON.parse(text) };
}

describe('the fake refuses', () => {
  it.each<[string, object | string]>([
    ['an unknown parameter', { ...HOOK, name: 'x' }],
    ['a switch that is a text', { ...HOOK, push_events: 'true' }],
    ['an encryption that is a text', { ...HOOK, encryption_type: '1' }],
    ['an unknown encryption', { ...HOOK, encryption_type: 2 }],
    ['a password that is a number', { ...HOOK, password: 7 }],
    ['a hook without URL', { encryption_type: 1 }],
    ['a body that is no JSON', 'url=x'],
  ])('%s', async (_, body) => {
    const withToken = typeof body === 'string' ? body : { access_token: TOKEN, ...body };
    const answer = await ask('POST', 'team/shop/hooks', withToken);
    expect(answer).toEqual({ status: 400, body: { message: expect.any(String) } });
    expect(repository.hooks).toEqual([]);
  });

  it.each([
    ['an unknown parameter', 'team/shop/hooks?access_token=x&name=y'],
    ['a page of more than 100', 'team/shop/hooks?access_token=x&per_page=101'],
    ['a repeated parameter', 'team/shop/hooks?access_token=x&access_token=y'],
  ])('%s in a query', async (_, path) => {
    expect((await ask('GET', path)).status).toBe(400);
  });

  it('a token in the query of a write, a change without URL, an unknown token, another repository', async () => {
    expect((await ask('POST', `team/shop/hooks?access_token=${TOKEN}`, HOOK)).status).toBe(400);
    const { id } = repository.addHook({ url: 'https://a.example.com' });
    expect(
      (await ask('PATCH', `team/shop/hooks/${id}`, { access_token: TOKEN, push_events: true })).status,
    ).toBe(400);
    expect((await ask('GET', 'team/shop/hooks?access_token=x')).status).toBe(401);
    expect(await ask('GET', `team/other/hooks?access_token=${TOKEN}`)).toEqual({
      status: 404,
      body: { message: '404 Project Not Found' },
    });
  });
});

it('the fake mixes texts with numbers, tells passwords, and no encryption', async () => {
  const created = [await ask('POST', 'team/shop/hooks', { access_token: TOKEN, ...HOOK })];
  created.push(await ask('POST', 'team/shop/hooks', { access_token: TOKEN, ...HOOK }));
  expect(created.map(({ status }) => status)).toEqual([201, 201]);
  expect(created.map(({ body }) => typeof body.id).sort()).toEqual(['number', 'string']);
  expect(created.map(({ body }) => typeof body.push_events).sort()).toEqual(['boolean', 'string']);
  for (const { body } of created) {
    expect(body.password).toBe('key');
    expect(body).not.toHaveProperty('encryption_type');
  }
});

describe('an event', () => {
  it('is signed as gitee.com has signed its own', () => {
    expect(giteeSign('bBg5lrt03VixkX85CNqYIcecC0SIGASE', '1633679083918')).toBe(
      'Xvh4YPVe6l31XpDRL9J2yeaEXabsckIoUUschpXiVck=',
    );
  });

  it('carries its password in clear where the hook does not sign', () => {
    const hook = { ...repository.addHook({ url: 'https://a.example.com', password: 'in clear' }) };
    const { headers, body } = giteePost(hook, { event: 'Push Hook', payload: {} }, 7);
    expect(headers['x-gitee-token']).toBe('in clear');
    expect(JSON.parse(body)).toMatchObject({ password: 'in clear', sign: '', timestamp: '7' });
  });

  it('reaches the address of its hook', async () => {
    const authority = createAuthority('receiver');
    const server = createServer(authority.issue(['127.0.0.1']), (message, response) => {
      response.writeHead(202).end(`${message.headers['x-gitee-event']} ${message.headers['x-gitee-ping']}`);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/gitee/a/b`;
    const hook = repository.addHook({ url, encryptionType: 1, password: 'key' });
    const event = { event: 'Note Hook', payload: {}, ping: true };
    expect(await sendEvent(hook, event, { ca: authority.cert })).toEqual({
      status: 202,
      text: 'Note Hook true',
    });
    server.closeAllConnections();
    server.close();
  });
});
