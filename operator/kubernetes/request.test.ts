import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  ApiError,
  ConflictError,
  ExpiredError,
  FieldConflictError,
  ForbiddenError,
  NotFoundError,
} from './api-error.ts';
import { type Connection, connect } from './connection.ts';
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
    [{ 'retry-after': '7' }, {}, 7_000],
    [{}, { details: { retryAfterSeconds: 3 } }, 3_000],
    [{ 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }, {}, undefined],
    [{}, {}, undefined],
  ])('asks to be left alone: %j %j', async (headers, status, retryAfterMs) => {
    handler = (_, response) => answer(response, 429, { kind: 'Status', ...status }, headers);
    expect(await failure(get())).toMatchObject({ code: 429, retryAfterMs });
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

describe('many requests at once', () => {
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
