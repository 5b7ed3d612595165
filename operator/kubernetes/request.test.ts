import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  ApiError,
  ConflictError,
  ExpiredError,
  FieldConflictError,
  ForbiddenError,
  NotFoundError,
} from './api-error.ts';
import { type Connection, type ConnectOptions, connect } from './connection.ts';
import { answer, FakeApiServer, type Handler, refuse } from './testing/fake-api-server.ts';
import { type TestKubeconfig, testKubeconfig } from './testing/kubeconfig.ts';

let handler: Handler;
let server: FakeApiServer;
let kubeconfig: TestKubeconfig;
let connection: Connection;

beforeEach(async () => {
  server = await FakeApiServer.start((request, response) => handler(request, response));
  // A server behind a path, as management products offer it.
  const cluster = { server: `${server.url}/k8s/clusters/c-1/`, 'insecure-skip-tls-verify': true };
  kubeconfig = await testKubeconfig(cluster, { token: 'SECRET-TOKEN' });
  connection = connect({ kubeconfig: kubeconfig.path, requestTimeoutMs: 500, maxInFlight: 2 });
});

afterEach(async () => {
  await connection.close();
  await server.close();
  await kubeconfig.remove();
});

const get = (path = '/api/v1/x'): Promise<unknown> => connection.request({ method: 'GET', path });
const failure = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => expect.fail(),
    (error) => error,
  );

describe('a request', () => {
  it('is reported with its verb and the code of the answer, whatever the answer is', async () => {
    const seen: [string, number | undefined][] = [];
    const watched = connect({
      kubeconfig: kubeconfig.path,
      onRequest: (verb, code) => seen.push([verb, code]),
    });
    const ask = (path: string) => watched.request({ method: 'PATCH', path }).catch(() => undefined);
    try {
      handler = (_, response) => answer(response, 200, {});
      await ask('/a');
      handler = (_, response) => refuse(response, 503, 'ServiceUnavailable');
      await ask('/b');
      handler = (_, response) => void response.destroy();
      await ask('/c');
      const idle = { signal: new AbortController().signal, idleTimeoutMs: 10 };
      await watched.watch('/d', {}, idle).catch(() => undefined);
    } finally {
      await watched.close();
    }
    expect(seen).toEqual([
      ['PATCH', 200],
      ['PATCH', 503],
      ['PATCH', undefined],
      ['WATCH', undefined],
    ]);
  });

  it('carries query, body and content type, and brings the JSON back', async () => {
    handler = (_, response) => answer(response, 201, { made: true });
    const { status, body } = await connection.request({
      method: 'PATCH',
      path: '/api/v1/x',
      query: { force: true, limit: 5, absent: undefined, text: 'a&b' },
      body: { a: 1 },
      contentType: 'application/merge-patch+json',
    });
    expect({ status, body }).toEqual({ status: 201, body: { made: true } });
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'PATCH', path: '/k8s/clusters/c-1/api/v1/x', body: '{"a":1}' });
    expect([...(request?.query ?? [])]).toEqual([
      ['force', 'true'],
      ['limit', '5'],
      ['text', 'a&b'],
    ]);
    expect(request?.headers['content-type']).toBe('application/merge-patch+json');
  });

  it('without an answer to read', async () => {
    handler = (_, response) => void response.writeHead(204).end();
    await expect(get()).resolves.toMatchObject({ status: 204, body: undefined });
  });
});

describe('the server refuses', () => {
  const causes = [{ reason: 'FieldManagerConflict', field: '.data.x', message: 'conflict with "kubectl"' }];
  it.each([
    [404, 'NotFound', NotFoundError, {}],
    [403, 'Forbidden', ForbiddenError, {}],
    [409, 'Conflict', ConflictError, {}],
    [409, 'Conflict', FieldConflictError, { details: { causes } }],
    [409, 'AlreadyExists', ApiError, {}],
    [410, 'Expired', ExpiredError, {}],
    [422, 'Invalid', ApiError, {}],
    [429, 'TooManyRequests', ApiError, {}],
    [503, 'ServiceUnavailable', ApiError, {}],
  ])('%i %s', async (code, reason, type, extra) => {
    handler = (_, response) => refuse(response, code, reason, extra);
    const error = await failure(get());
    expect(error.constructor).toBe(type);
    expect(error).toMatchObject({ code, reason, name: type.name });
    expect(error.message).toBe(`GET /api/v1/x: ${code} ${reason}: because ${reason}`);
  });

  it('keeps the causes', async () => {
    handler = (_, response) => refuse(response, 409, 'Conflict', { details: { causes } });
    expect(await failure(get())).toMatchObject({ causes });
  });

  it.each([
    [{ 'retry-after': '70' }, {}, 70_000],
    [{}, { details: { retryAfterSeconds: 30 } }, 30_000],
    [{ 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }, {}, undefined],
    [{}, {}, undefined],
  ])('asks to be left alone: %j %j', async (headers, status, retryAfterMs) => {
    handler = (_, response) => answer(response, 429, { kind: 'Status', ...status }, headers);
    expect(await failure(get())).toMatchObject({ code: 429, retryAfterMs });
  });

  it.each([403, 404, 410])('unless a proxy says %i, which means nothing', async (code) => {
    handler = (_, response) => void response.writeHead(code).end('<html>no such backend</html>');
    expect((await failure(get())).constructor).toBe(ApiError);
  });

  it('a kind that it does not know', async () => {
    const headers: Record<string, string> = { 'audit-id': '102df068' };
    handler = (_, response) => void response.writeHead(404, headers).end('404 page not found\n');
    expect((await failure(get())).constructor).toBe(NotFoundError);
    // As a proxy says it.
    delete headers['audit-id'];
    expect((await failure(get())).constructor).toBe(ApiError);
  });

  it('or a proxy before it, in its own words', async () => {
    handler = (_, response) => void response.writeHead(502).end(`<html>${'x'.repeat(9_000)}`);
    const error = await failure(get());
    expect(error).toMatchObject({ code: 502, reason: '' });
    expect(error.message).toMatch(/^GET \/api\/v1\/x: 502: <html>x+$/);
    expect(error.message.length).toBeLessThan(300);
  });
});

describe('no answer', () => {
  it('in time', async () => {
    handler = () => {};
    await expect(get()).rejects.toThrow('GET /api/v1/x: no answer within 500 ms');
  });

  it('in time to its end', async () => {
    handler = (_, response) => void response.writeHead(200).write('{');
    await expect(get()).rejects.toThrow('GET /api/v1/x: no answer within 500 ms');
  });

  it('that fits into memory', async () => {
    handler = (_, response) => {
      const piece = ' '.repeat(2 ** 20);
      const more = (): void => {
        if (!response.destroyed) response.write(piece, more);
      };
      more();
    };
    const { request } = connect({ kubeconfig: kubeconfig.path });
    const error = await failure(request({ method: 'GET', path: '/x' }));
    expect(error).toMatchObject({ name: 'AnswerTooLargeError', message: 'GET /x: the answer is too large' });
  });

  it('because the connection breaks', async () => {
    handler = (_, response) => void response.destroy();
    expect(await failure(get())).toMatchObject({ name: 'RequestError', cause: expect.any(Error) });
  });

  it('because nobody listens', async () => {
    await server.close();
    await expect(get()).rejects.toThrow('ECONNREFUSED');
    server = await FakeApiServer.start(() => {});
  });

  it('because the caller has changed his mind', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    handler = () => controller.abort(reason);
    const request = connection.request({ method: 'GET', path: '/x', signal: controller.signal });
    expect(await failure(request)).toBe(reason);
  });

  it('that could be read', async () => {
    handler = (_, response) => void response.writeHead(200).end('{"data":{"password":"hunter2"');
    const error = await failure(get());
    expect(error.message).toBe('GET /api/v1/x: the answer is not JSON');
    expect(error.cause).toBeUndefined();
  });
});

describe('the token', () => {
  it('is in no error', async () => {
    for (const fault of [
      ((_, response) => refuse(response, 401, 'Unauthorized')) satisfies Handler,
      ((_, response) => void response.destroy()) satisfies Handler,
      (() => {}) satisfies Handler,
    ]) {
      handler = fault;
      const error = await failure(get());
      expect(`${JSON.stringify(error)} ${error.stack} ${String(error.cause)}`).not.toContain('SECRET-TOKEN');
    }
    expect(server.requests[0]?.headers.authorization).toBe('Bearer SECRET-TOKEN');
  });
});

/** A connection whose waits are recorded and take no time. */
function patient(options: ConnectOptions = {}): { request: Connection['request']; waits: number[] } {
  let clock = 0;
  const waits: number[] = [];
  const sleep = async (ms: number): Promise<void> => {
    waits.push(ms);
    clock += ms;
  };
  const { request } = connect({ kubeconfig: kubeconfig.path, clock: () => clock, sleep, ...options });
  return { request, waits };
}

const busy = (response: ServerResponse, seconds?: number, code = 429): void =>
  answer(
    response,
    code,
    { kind: 'Status', code, reason: 'Busy' },
    seconds === undefined ? {} : { 'retry-after': `${seconds}` },
  );

/** Answers with these handlers, one after the other, and with `{}` after the last one. */
const answers = (...handlers: Handler[]): Handler => {
  return (request, response) => (handlers.shift() ?? ((_, last) => answer(last, 200, {})))(request, response);
};

const PATCH = { method: 'PATCH', path: '/api/v1/x', body: {} } as const;

describe('the server is busy', () => {
  it.each([429, 503])('and says for how long (%i): the request waits and is sent again', async (code) => {
    const { request, waits } = patient();
    handler = answers(
      (_, response) => busy(response, 3, code),
      (_, response) => busy(response, 4, code),
    );
    await expect(request(PATCH)).resolves.toMatchObject({ status: 200 });
    expect(waits).toEqual([3_000, 4_000]);
    expect(server.requests.map(({ method }) => method)).toEqual(['PATCH', 'PATCH', 'PATCH']);
  });

  it.each([
    ['does not say for how long', undefined, 1],
    ['says a whole day', 86_400, 1],
    ['says one second again and again', 1, 10],
    ['says ten seconds again and again', 10, 3],
  ])('and %s: the caller gets to know it in the end', async (_, seconds, attempts) => {
    const { request } = patient();
    handler = (_request, response) => busy(response, seconds);
    expect(await failure(request(PATCH))).toMatchObject({ code: 429 });
    expect(server.requests).toHaveLength(attempts);
  });

  it('and does not say when to come back: a 503 may have been executed, so it is not repeated', async () => {
    const { request } = patient();
    handler = (_, response) => busy(response, undefined, 503);
    expect(await failure(request(PATCH))).toMatchObject({ code: 503 });
    expect(server.requests).toHaveLength(1);
  });

  it('the other requests wait too, except urgent ones', async () => {
    const asked: number[] = [];
    const slept = Promise.withResolvers<void>();
    const awake = Promise.withResolvers<void>();
    let clock = 0;
    const { request } = patient({
      clock: () => clock,
      sleep: async (ms) => {
        asked.push(ms);
        slept.resolve();
        await awake.promise;
      },
    });
    handler = answers((_, response) => busy(response, 5));
    const first = request(PATCH);
    await slept.promise;
    const second = request({ method: 'GET', path: '/second' });
    await request({ method: 'GET', path: '/urgent', urgent: true });
    expect(server.requests.map(({ path }) => path.split('/').at(-1))).toEqual(['x', 'urgent']);
    expect(asked).toEqual([5_000, 5_000]);
    clock += 5_000;
    awake.resolve();
    await Promise.all([first, second]);
    expect(server.requests).toHaveLength(4);
  });

  it('an urgent request does not wait for it', async () => {
    const { request, waits } = patient();
    handler = answers((_, response) => busy(response, 1));
    expect(await failure(request({ ...PATCH, urgent: true }))).toMatchObject({ code: 429 });
    expect(waits).toEqual([]);
  });

  it('a request whose caller has changed his mind waits no longer', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    handler = (_, response) => {
      busy(response, 14);
      setImmediate(() => controller.abort(reason));
    };
    const { request } = connect({ kubeconfig: kubeconfig.path });
    expect(await failure(request({ ...PATCH, signal: controller.signal }))).toBe(reason);
  });

  it('a write that is not allowed any more waits no longer', async () => {
    const { request, waits } = patient();
    let leftMs = 60_000;
    handler = (_, response) => {
      busy(response, 14);
      leftMs = 0;
    };
    const fence = { leftMs: () => leftMs };
    expect(await failure(request({ ...PATCH, fence }))).toMatchObject({ name: 'NotLeadingError' });
    expect(waits).toEqual([1_000]);
    expect(server.requests).toHaveLength(1);
  });
});

describe('more requests than the rate allows', () => {
  it('wait for their turn, except urgent ones', async () => {
    handler = (_, response) => answer(response, 200, {});
    const { request, waits } = patient({ rate: { perSecond: 10, burst: 3 } });
    for (let i = 0; i < 5; i += 1) await request({ method: 'GET', path: '/x' });
    for (let i = 0; i < 5; i += 1) await request({ method: 'GET', path: '/x', urgent: true });
    expect(waits).toEqual([100, 100]);
  });
});

describe('the server does not know the token any more', () => {
  it('the file is read again at once', async () => {
    const file = await kubeconfig.write('token', 'first\n');
    const cluster = { server: server.url, 'insecure-skip-tls-verify': true };
    const rotating = await testKubeconfig(cluster, {
      'auth-provider': { name: 'tokenFile', config: { tokenFile: file } },
    });
    const { request, watch, close } = connect({ kubeconfig: rotating.path });
    let valid = 'first';
    handler = ({ headers, query }, response) => {
      if (headers.authorization !== `Bearer ${valid}`) return refuse(response, 401, 'Unauthorized');
      if (query.has('watch')) return void response.end();
      answer(response, 200, {});
    };
    await request(PATCH);
    valid = 'second';
    await kubeconfig.write('token', 'second\n');
    await expect(request(PATCH)).resolves.toMatchObject({ status: 200 });
    const signal = new AbortController().signal;
    await expect(watch('/w', {}, { signal, idleTimeoutMs: 500 })).resolves.toBeDefined();
    expect(server.requests).toHaveLength(4);
    await close();
    await rotating.remove();
  });

  it('whatever is read: the caller gets to know it, and the plugin is not asked with each answer', async () => {
    const { request, waits } = patient();
    handler = (_, response) => refuse(response, 401, 'Unauthorized');
    for (let i = 0; i < 3; i += 1) expect(await failure(request(PATCH))).toMatchObject({ code: 401 });
    expect(server.requests).toHaveLength(6);
    expect(waits).toEqual([]);
  });
});

describe('many requests at once', () => {
  it('do not keep a request in line that was given up', async () => {
    const free = Promise.withResolvers<void>();
    handler = (_, response) => void free.promise.then(() => answer(response, 200, {}));
    const under = ['/1', '/2'].map(get);
    const controller = new AbortController();
    const givenUp = connection.request({ method: 'GET', path: '/3', signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(givenUp).rejects.toThrow('enough');
    free.resolve();
    await Promise.all(under);
    expect(server.requests).toHaveLength(2);
  });

  it('wait in line, except urgent ones', async () => {
    const arrived = (): string[] => server.requests.map(({ path }) => path.split('/').at(-1) ?? '').sort();
    const free = Promise.withResolvers<void>();
    handler = (_, response) => void free.promise.then(() => answer(response, 200, {}));
    const requests = ['/1', '/2', '/3', '/4'].map(get);
    const urgent = connection.request({ method: 'GET', path: '/urgent', urgent: true });
    await vi.waitFor(() => expect(arrived()).toEqual(['1', '2', 'urgent']));
    free.resolve();
    await Promise.all([urgent, ...requests]);
    expect(arrived()).toEqual(['1', '2', '3', '4', 'urgent']);
  });
});
