import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RequestError } from './api-error.ts';
import { type Connection, connect } from './connection.ts';
import { type Fence, NotLeadingError } from './fence.ts';
import { type ApiRequest, fenced } from './request.ts';
import { answer, FakeApiServer, type Handler } from './testing/fake-api-server.ts';
import { type TestKubeconfig, testKubeconfig } from './testing/kubeconfig.ts';

const TIMEOUT_MS = 2_000;
const WRITE: ApiRequest = { method: 'PATCH', path: '/api/v1/x', body: { a: 1 } };

let handler: Handler;
let server: FakeApiServer;
let kubeconfig: TestKubeconfig;
let connection: Connection;
/** How long writes are allowed, at each time that somebody asks. */
let left: number[];
const fence: Fence = { leftMs: () => (left.length > 1 ? (left.shift() as number) : (left[0] as number)) };

beforeEach(async () => {
  handler = (_, response) => answer(response, 200, {});
  server = await FakeApiServer.start((request, response) => handler(request, response));
  kubeconfig = await testKubeconfig({ server: server.url, 'insecure-skip-tls-verify': true }, {});
  connection = connect({ kubeconfig: kubeconfig.path, requestTimeoutMs: TIMEOUT_MS, maxInFlight: 1 });
});

afterEach(async () => {
  await connection.close();
  await server.close();
  await kubeconfig.remove();
});

const call = (request: ApiRequest) => fenced(connection.request, fence)(request);

describe('a write behind a fence', () => {
  it('passes while it is open, and tells the server how long it may take', async () => {
    left = [1_234];
    await call(WRITE);
    const [request] = server.requests;
    expect(request?.query.get('timeout')).toBe('1234ms');
    left = [60_000];
    await call(WRITE);
    expect(server.requests[1]?.query.get('timeout')).toBe(`${TIMEOUT_MS}ms`);
  });

  it('does not reach the server once it is closed; a read does', async () => {
    left = [0];
    await expect(call(WRITE)).rejects.toThrow(NotLeadingError);
    await call({ method: 'GET', path: '/api/v1/y' });
    expect(server.requests.map(({ path }) => path)).toEqual(['/api/v1/y']);
  });

  it('does not reach the server if the fence closes while the request gets ready', async () => {
    // Open when the request is made, closed when its bytes would leave: a new connection takes time, and a process can
    // be paused.
    left = [1_000, -1];
    await expect(call(WRITE)).rejects.toThrow(NotLeadingError);
    expect(server.requests).toEqual([]);
    left = [1_000];
    await call(WRITE);
    left = [1_000, -1];
    await expect(call(WRITE)).rejects.toThrow(NotLeadingError);
    expect(server.requests.length).toBe(1);
  });

  it('does not reach the server if the fence closes while it waits for its turn', async () => {
    const arrived = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    handler = (_, response) => {
      arrived.resolve();
      void released.promise.then(() => answer(response, 200, {}));
    };
    left = [1_000];
    const first = connection.request({ method: 'GET', path: '/api/v1/first' });
    await arrived.promise;
    const waiting = call(WRITE);
    left = [0];
    released.resolve();
    await first;
    await expect(waiting).rejects.toThrow(NotLeadingError);
    expect(server.requests.length).toBe(1);
  });

  it('is given up when the fence closes before the answer', async () => {
    const broken = Promise.withResolvers<void>();
    handler = (_, response) => void response.on('close', () => broken.resolve());
    left = [100, 100, 0];
    await expect(call(WRITE)).rejects.toThrow(NotLeadingError);
    await broken.promise;
  });

  it('that gets no answer has not lost the Lease if the Lease was renewed meanwhile', async () => {
    handler = () => undefined;
    // Asked when the request is made, when its bytes leave, and when its time is over.
    left = [100, 100, 9_900];
    const error: unknown = await call(WRITE).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toHaveProperty('message', 'PATCH /api/v1/x: no answer within 100 ms');
  });
});
