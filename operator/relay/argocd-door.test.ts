import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../lib/testing/eventually.ts';
import type { PostResult } from './accept.ts';
import { argocdDoor, DOOR_PATH } from './argocd-door.ts';
import type { Door, DoorLimits } from './door.ts';
import { readPostedEvent } from './posted-event.ts';
import { head, RawConnections } from './testing/raw-connections.ts';

const MAX_POST_BYTES = 2 * 2 ** 20;
const LIMITS: DoorLimits = {
  ...{ connections: 8, posts: 2, bodyBytes: MAX_POST_BYTES },
  ...{ headersMs: 200, bodyMs: 1_500, requestMs: 5_000 },
};

let door: Door;
let port: number;
let answers: number[];
/** The bodies that came through. */
let bodies: Buffer[];
let accept: (body: Buffer) => Promise<PostResult>;
let judged: string[];
const connections = new RawConnections();

beforeEach(async () => {
  [answers, bodies, judged] = [[], [], []];
  accept = async (body) => (readPostedEvent(body.toString()) ? 'stored' : 'unreadable');
  door = argocdDoor({
    judge: async (token) => {
      judged.push(token);
      return token === 'right' ? 'right' : token === 'later' ? 'unknown' : 'wrong';
    },
    accept: (body) => {
      bodies.push(body);
      return accept(body);
    },
    onAnswered: (status) => answers.push(status),
    clock: () => performance.now(),
    limits: LIMITS,
  });
  port = await door.listen('127.0.0.1:0');
});

afterEach(async () => {
  connections.destroy();
  await door.close(0);
});

const HEADERS = { authorization: 'Bearer right', 'content-type': 'application/json' };
const EVENT = JSON.stringify({
  event: 'on-created',
  app: { metadata: { name: 'a', namespace: 'n', uid: 'u' } },
});

const post = (body = EVENT, headers: Record<string, string> = HEADERS, path = DOOR_PATH) =>
  fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body, headers });

const raw = (text: string) => connections.open(port, text);
const REQUEST = [`POST ${DOOR_PATH} HTTP/1.1`, 'Host: relay', 'Authorization: Bearer right'];

/** A caller that has one connection, as long as the door keeps it. */
class KeptConnection implements Disposable {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #sockets = new Set<unknown>();

  get connections(): number {
    return this.#sockets.size;
  }

  async post(): Promise<number | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
    const options = { port, path: DOOR_PATH, method: 'POST', headers: HEADERS, agent: this.#agent };
    const request = httpRequest(options, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    });
    request.once('socket', (socket) => this.#sockets.add(socket)).once('error', reject);
    request.end(EVENT);
    return promise;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

describe('the door', () => {
  it.each<[PostResult, number]>([
    ['stored', 202],
    ['nobody', 200],
    ['unreadable', 422],
    ['unavailable', 503],
  ])('answers %s with %i, and with no time to wait', async (result, status) => {
    accept = async () => result;
    const response = await post();
    expect([response.status, response.headers.get('retry-after')]).toEqual([status, null]);
    expect(bodies.map(String)).toEqual([EVENT]);
    await response.text();
    expect(answers).toEqual([status]);
  });

  it('takes many posts on one connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    for (let each = 0; each < 5; each += 1) {
      const request = httpRequest({ agent, port, path: DOOR_PATH, method: 'POST', headers: HEADERS });
      request.end(EVENT);
      const [response] = await once(request, 'response');
      ports.add(request.socket?.localPort);
      expect([response.statusCode, await text(response)]).toEqual([202, 'stored\n']);
    }
    expect(ports.size).toBe(1);
    agent.destroy();
  });

  it.each([
    ['another path', '/v1/other', 404],
    ['a longer path', `${DOOR_PATH}/x`, 404],
    ['its path and a query', `${DOOR_PATH}?x=1`, 202],
  ])('answers a post to %s with the status for it', async (_, path, status) => {
    expect((await post(EVENT, HEADERS, path)).status).toBe(status);
  });

  it.each(['GET', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS'])('refuses the method %s', async (method) => {
    const response = await fetch(`http://127.0.0.1:${port}${DOOR_PATH}`, { method, headers: HEADERS });
    expect([response.status, response.headers.get('allow'), judged]).toEqual([405, 'POST', []]);
  });

  it.each([
    ['no token', undefined, 401],
    ['another token', 'Bearer wrong', 401],
    ['another scheme', 'Basic right', 401],
    ['an empty token', 'Bearer ', 401],
    ['two tokens', 'Bearer right right', 401],
    ['a token of many characters', `Bearer ${'a'.repeat(600)}`, 401],
    ['a token that nobody can judge now', 'Bearer later', 503],
  ])('refuses %s, and says nothing of it', async (_, authorization, status) => {
    const response = await post(EVENT, authorization === undefined ? {} : { authorization });
    const answer = await response.text();
    expect(response.status).toBe(status);
    expect(answer).not.toMatch(/right|aaa|later/);
    expect(bodies).toEqual([]);
  });

  it('refuses a wrong token before the body has come', async () => {
    const socket = raw(
      head(`POST ${DOOR_PATH} HTTP/1.1`, 'Host: r', 'Authorization: Bearer x', 'Content-Length: 9'),
    );
    expect(await text(socket)).toMatch(/^HTTP\/1.1 401 /);
  });

  it('refuses one that asks whether it may send its body, and lets the right one send it', async () => {
    const wrong = raw(
      head(`POST ${DOOR_PATH} HTTP/1.1`, 'Host: r', 'Expect: 100-continue', 'Content-Length: 9'),
    );
    expect(await text(wrong)).toMatch(/^HTTP\/1.1 401 /);
    const length = `Content-Length: ${EVENT.length}`;
    const right = raw(head(...REQUEST, 'Expect: 100-continue', length, 'Connection: close'));
    const [permission] = await once(right, 'data');
    expect(String(permission)).toMatch(/^HTTP\/1.1 100 /);
    right.write(EVENT);
    expect(await text(right)).toMatch(/^HTTP\/1.1 202 /);
  });

  it('refuses a body that is announced to be too large without reading it', async () => {
    const socket = raw(head(...REQUEST, `Content-Length: ${MAX_POST_BYTES + 1}`));
    expect(await text(socket)).toMatch(/^HTTP\/1.1 413 /);
  });

  it('refuses a body without end, and does not keep it', async () => {
    const socket = raw(head(...REQUEST, 'Transfer-Encoding: chunked'));
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const closed = once(socket, 'close');
    const answer = text(socket).catch(() => '');
    for (let sent = 0; sent <= MAX_POST_BYTES && !socket.destroyed; sent += 0x10000) socket.write(chunk);
    await closed;
    // The end of the connection may be faster than the answer.
    expect(await answer).toMatch(/^(HTTP\/1.1 413 |$)/);
    await eventually('the refusal', () => answers.includes(413));
    expect(bodies).toEqual([]);
  });

  it('takes the largest body', async () => {
    const large = EVENT.slice(0, -1) + ' '.repeat(MAX_POST_BYTES - EVENT.length) + EVENT.slice(-1);
    expect((await post(large)).status).toBe(202);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'x'],
    ['a list', '[]'],
    ['null', 'null'],
    ['an event without an Application', '{"event":"on-created"}'],
    [
      'an Application without a uid',
      '{"event":"on-created","app":{"metadata":{"name":"a","namespace":"n"}}}',
    ],
    ['JSON that is too deep', `{"event":"e","app":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['JSON that is too deep and has no end', `{"event":"e","app":${'{"a":'.repeat(100_000)}`],
    ['a deep Application', `${EVENT.slice(0, -2)},"spec":${'{"a":'.repeat(600)}1${'}'.repeat(600)}}}`],
  ])('refuses %s', async (_, body) => {
    expect((await post(body)).status).toBe(422);
  });

  it('refuses what is not HTTP', async () => {
    expect(await text(raw('nonsense\r\n\r\n'))).toMatch(/^HTTP\/1.1 400 /);
    expect(await text(raw(`${REQUEST[0]}\r\nX: ${'x'.repeat(9_000)}\r\n\r\n`))).toMatch(/^HTTP\/1.1 431 /);
  });

  it('ends a connection whose head never ends', async () => {
    expect(await text(raw(`${REQUEST[0]}\r\nX: `))).toMatch(/^(HTTP\/1.1 408 |$)/);
  });

  it('ends a connection whose body never ends', async () => {
    const socket = raw(`${head(...REQUEST, 'Content-Length: 1000')}{`);
    expect(await text(socket)).toMatch(/^HTTP\/1.1 408 /);
    expect(bodies).toEqual([]);
  });

  it('answers posts while many connections are held', async () => {
    const held = Array.from({ length: 2 * LIMITS.connections }, () => raw(''));
    await eventually('ends of the oldest ones', () =>
      held.some((socket) => socket.destroyed || socket.closed),
    );
    expect((await post()).status).toBe(202);
  });

  it('keeps the connection of a caller with the token while those of others make room', async () => {
    using agent = new KeptConnection();
    expect(await agent.post()).toBe(202);
    const held = Array.from({ length: 3 * LIMITS.connections }, () => raw(''));
    await eventually('ends of the oldest ones', () => held.filter((socket) => socket.destroyed).length > 8);
    expect(await agent.post()).toBe(202);
    expect(agent.connections).toBe(1);
  });

  it('takes a new connection where callers hold all others, one after the other', async () => {
    await using callers = new AsyncDisposableStack();
    for (let each = 0; each < 2 * LIMITS.connections; each++)
      expect(await callers.use(new KeptConnection()).post()).toBe(202);
    // It sends nothing at first, while others come.
    const slow = raw('');
    for (let each = 0; each < 3; each++) raw('');
    await eventually('the connections', () => slow.readyState === 'open');
    slow.write(`${head(...REQUEST, `Content-Length: ${EVENT.length}`, 'Connection: close')}${EVENT}`);
    expect(await text(slow)).toMatch(/^HTTP\/1.1 202 /);
  });

  it('answers 503 where more posts come at once than it works on', async () => {
    const { promise, resolve } = Promise.withResolvers<PostResult>();
    accept = () => promise;
    const first = [post(), post()];
    await eventually('two posts', () => bodies.length === 2);
    expect((await post()).status).toBe(503);
    resolve('stored');
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([202, 202]);
    expect((await post()).status).toBe(202);
  });

  it('finishes the posts that are under way when it closes, and takes no others', async () => {
    const { promise, resolve } = Promise.withResolvers<PostResult>();
    accept = () => promise;
    const underWay = post();
    await eventually('the post', () => bodies.length === 1);
    const closed = door.close(60_000);
    await expect(post()).rejects.toThrow();
    resolve('stored');
    const response = await underWay;
    expect([response.status, response.headers.get('connection')]).toEqual([202, 'close']);
    await closed;
  });
});
