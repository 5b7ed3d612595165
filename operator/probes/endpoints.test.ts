import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../lib/testing/eventually.ts';
import { type EndpointSources, type Endpoints, serveEndpoints } from './endpoints.ts';
import { LONGEST_RUN_MS } from './liveness.ts';
import { readiness } from './readiness.ts';

const ANY = '127.0.0.1:0';
const HEALTHY: EndpointSources = {
  loop: () => ({ runStartedAt: undefined, now: 1 }),
  readiness: () => readiness({ caches: [{ name: 'robots', synced: true, ageMs: 1 }], engine: { ok: true } }),
  scrape: async () => ({ contentType: 'text/plain; version=0.0.4', text: 'a_metric 1\n' }),
};
const SICK: EndpointSources = {
  ...HEALTHY,
  loop: () => ({ runStartedAt: 0, now: LONGEST_RUN_MS + 1 }),
  readiness: () =>
    readiness({
      caches: [{ name: 'robots', synced: true, ageMs: 1 }],
      engine: { ok: false, message: 'the engine did not start:\n  no such file' },
    }),
};

let endpoints: Endpoints | undefined;
afterEach(() => endpoints?.close());

/** One server for all paths. */
async function serve(sources = HEALTHY): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
  endpoints = await serveEndpoints(sources, { metrics: ANY, health: ANY });
  const port = endpoints.ports.get(ANY);
  return (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init);
}

describe('the endpoints', () => {
  it('answer a healthy operator', async () => {
    const get = await serve();
    const live = await get('/livez');
    expect([live.status, await live.text()]).toEqual([200, 'ok\n']);
    const ready = await get('/readyz?verbose');
    expect([ready.status, await ready.text()]).toEqual([
      200,
      '[+]robots ok\n[+]lease ok\n[+]engine ok\nreadyz check passed\n',
    ]);
    const metrics = await get('/metrics');
    expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4');
    expect([metrics.status, await metrics.text()]).toEqual([200, 'a_metric 1\n']);
  });

  it('answer 503 for one that hangs, or that is not ready, with a line for each check', async () => {
    const get = await serve(SICK);
    expect((await get('/livez')).status).toBe(503);
    const ready = await get('/readyz');
    expect([ready.status, await ready.text()]).toEqual([
      503,
      '[+]robots ok\n[+]lease ok\n[-]engine: the engine did not start: no such file\nreadyz check failed\n',
    ]);
    const forPrograms = await get('/readyz?format=json');
    expect(forPrograms.headers.get('content-type')).toBe('application/json');
    expect(await forPrograms.json()).toMatchObject({
      ready: false,
      checks: [
        { name: 'robots', ok: true },
        { name: 'lease', ok: true },
        { name: 'engine', ok: false },
      ],
    });
  });

  it('answer GET and HEAD for these paths only, and repeat nothing of a request', async () => {
    const get = await serve();
    const head = await get('/readyz', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(10);
    const post = await get('/metrics', { method: 'POST', body: 'SECRET', headers: { 'x-any': 'SECRET' } });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const other = await get('/SECRET?SECRET', { headers: { 'x-any': 'SECRET' } });
    expect(other.status).toBe(404);
    for (const response of [post, other])
      expect(JSON.stringify([[...response.headers], await response.text()])).not.toContain('SECRET');
  });

  it('answer 500 without the error where a source fails', async () => {
    const fail = (): never => {
      throw new Error('SECRET');
    };
    const get = await serve({ ...HEALTHY, readiness: fail, scrape: fail });
    for (const path of ['/readyz', '/metrics']) {
      const response = await get(path);
      expect([response.status, await response.text()]).toEqual([500, 'internal error\n']);
    }
  });

  it('end at once with connections that say nothing', async () => {
    await serve();
    const socket = connect(endpoints?.ports.get(ANY) ?? 0, '127.0.0.1');
    await once(socket, 'connect');
    endpoints?.close();
    await once(socket, 'close');
  });

  it('answer a probe while somebody holds as many connections as there may be', async () => {
    const get = await serve();
    const port = endpoints?.ports.get(ANY) ?? 0;
    const idle = Array.from({ length: 100 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    for (let probe = 0; probe < 3; probe += 1) expect((await get('/livez')).status).toBe(200);
    // The oldest ones have to go.
    const lost = () => idle.filter(({ closed }) => closed).length >= 36;
    await eventually('the oldest connections to end', lost);
    for (const socket of idle) socket.destroy();
  });

  it('make the metrics once a second, however often somebody asks', async () => {
    let [made, now] = [0, 5_000];
    const scrape = async () => ({ contentType: 'text/plain', text: `made ${++made}` });
    const get = await serve({ ...HEALTHY, scrape, loop: () => ({ runStartedAt: undefined, now }) });
    const texts = async () => Promise.all([1, 2, 3].map(async () => (await get('/metrics')).text()));
    expect(await texts()).toEqual(['made 1', 'made 1', 'made 1']);
    now += 999;
    expect(await texts()).toContain('made 1');
    now += 1;
    expect(await texts()).toEqual(['made 2', 'made 2', 'made 2']);
  });

  it('are on two servers at two addresses', async () => {
    endpoints = await serveEndpoints(HEALTHY, { metrics: ANY, health: '[::1]:0' });
    const [metrics, health] = [endpoints.ports.get(ANY), endpoints.ports.get('[::1]:0')];
    const statuses = async (base: string) =>
      Promise.all(
        ['/metrics', '/livez', '/readyz'].map(async (path) => (await fetch(`${base}${path}`)).status),
      );
    expect(await statuses(`http://127.0.0.1:${metrics}`)).toEqual([200, 404, 404]);
    expect(await statuses(`http://[::1]:${health}`)).toEqual([404, 200, 200]);
  });

  it('serve nothing if one of the addresses is in use', async () => {
    await serve();
    const taken = `127.0.0.1:${endpoints?.ports.get(ANY)}`;
    await expect(serveEndpoints(HEALTHY, { metrics: '127.0.0.1:0', health: taken })).rejects.toThrow(
      'EADDRINUSE',
    );
  });

  it('are not served without an address', async () => {
    endpoints = await serveEndpoints(HEALTHY, {});
    expect(endpoints.ports.size).toBe(0);
  });
});
