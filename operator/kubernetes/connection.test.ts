import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, createConnection } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Connection, type ConnectOptions, connect } from './connection.ts';
import type { ServerTimeSample } from './server-clock.ts';
import { answer, FakeApiServer, type Handler } from './testing/fake-api-server.ts';
import { type TestKubeconfig, testKubeconfig } from './testing/kubeconfig.ts';
import { TEST_TLS } from './testing/test-tls.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  while (cleanups.length > 0) await cleanups.pop()?.();
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const ok: Handler = (_, response) => answer(response, 200, {});
const CLUSTER = { 'tls-server-name': 'kubernetes.test', 'certificate-authority-data': base64(TEST_TLS.ca) };
const PING = { method: 'GET', path: '/version' } as const;

async function tlsServer(handler: Handler = ok): Promise<FakeApiServer> {
  const server = await FakeApiServer.start(handler, {
    cert: TEST_TLS.serverCert,
    key: TEST_TLS.serverKey,
    ca: TEST_TLS.ca,
    requestCert: true,
    rejectUnauthorized: false,
  });
  cleanups.push(() => server.close());
  return server;
}

async function kubeconfigFor(cluster: object, user: object = {}): Promise<TestKubeconfig> {
  const kubeconfig = await testKubeconfig(cluster, user);
  cleanups.push(() => kubeconfig.remove());
  return kubeconfig;
}

function connected(options: ConnectOptions): Connection {
  const connection = connect(options);
  cleanups.push(() => connection.close());
  return connection;
}

async function connectedTo(server: FakeApiServer, cluster: object, user: object = {}): Promise<Connection> {
  const kubeconfig = await kubeconfigFor({ server: server.url, ...cluster }, user);
  return connected({ kubeconfig: kubeconfig.path });
}

describe('one connection pool', () => {
  it('takes many requests over few connections', async () => {
    const server = await tlsServer();
    const { request } = await connectedTo(server, CLUSTER);
    for (let i = 0; i < 50; i += 1) await request(PING);
    await Promise.all(Array.from({ length: 100 }, () => request(PING)));
    expect(server.requests).toHaveLength(150);
    // Sixteen at a time, and a few more while one is being handed on.
    expect(server.connections).toBeLessThanOrEqual(40);
  });

  it('serves the clients of the library too', async () => {
    const server = await tlsServer();
    const { kubeConfig } = await connectedTo(server, CLUSTER, { token: 'abc' });
    const { VersionApi } = await import('@kubernetes/client-node');
    const client = kubeConfig.makeApiClient(VersionApi);
    for (let i = 0; i < 10; i += 1) await client.getCode();
    expect(server.connections).toBeLessThanOrEqual(2);
    expect(server.requests[9]?.headers.authorization).toBe('Bearer abc');
  });

  it('is renewed when the CA file changes', async () => {
    const server = await tlsServer();
    const kubeconfig = await kubeconfigFor({
      server: server.url,
      'tls-server-name': 'kubernetes.test',
      'certificate-authority': 'ca.crt',
    });
    const file = await kubeconfig.write('ca.crt', TEST_TLS.clientCert);
    const { request } = connected({ kubeconfig: kubeconfig.path });
    await expect(request(PING)).rejects.toThrow('certificate');
    await writeFile(file, TEST_TLS.ca);
    await expect(request(PING)).resolves.toMatchObject({ status: 200 });
  });
});

describe('TLS', () => {
  it('refuses a server under another name', async () => {
    const { request } = await connectedTo(await tlsServer(), {
      'certificate-authority-data': base64(TEST_TLS.ca),
    });
    await expect(request(PING)).rejects.toThrow("does not match certificate's altnames");
  });

  it('refuses a server of an unknown CA', async () => {
    const { request } = await connectedTo(await tlsServer(), { 'tls-server-name': 'kubernetes.test' });
    await expect(request(PING)).rejects.toThrow('certificate');
  });

  it('takes any server with insecure-skip-tls-verify', async () => {
    const { request } = await connectedTo(await tlsServer(), { 'insecure-skip-tls-verify': true });
    await expect(request(PING)).resolves.toMatchObject({ status: 200 });
  });

  it('shows the client certificate', async () => {
    const server = await tlsServer();
    const { request } = await connectedTo(server, CLUSTER, {
      'client-certificate-data': base64(TEST_TLS.clientCert),
      'client-key-data': base64(TEST_TLS.clientKey),
    });
    await request(PING);
    expect(server.requests[0]?.clientName).toBe('test-client');
  });

  it('is required unless verification is switched off', async () => {
    const server = await FakeApiServer.start(ok);
    cleanups.push(() => server.close());
    const { request } = await connectedTo(server, {});
    await expect(request(PING)).rejects.toThrow('GET /version: cannot authenticate');
  });
});

describe('an HTTP proxy', () => {
  it('is gone through, with one tunnel for many requests', async () => {
    const server = await tlsServer();
    const { url, tunnels } = await startProxy();
    const { request } = await connectedTo(server, { ...CLUSTER, 'proxy-url': url }, { token: 'abc' });
    for (let i = 0; i < 10; i += 1) await request(PING);
    expect(server.requests[9]?.headers.authorization).toBe('Bearer abc');
    expect(tunnels.length).toBeGreaterThan(0);
    expect(tunnels.length).toBeLessThanOrEqual(2);
  });
});

/** A proxy that tunnels to any requested address. */
async function startProxy(): Promise<{ url: string; tunnels: string[] }> {
  const tunnels: string[] = [];
  const proxy = createServer().on('connect', ({ url = '' }, client) => {
    tunnels.push(url);
    const upstream = createConnection(Number(url.split(':')[1]), '127.0.0.1');
    client.write('HTTP/1.1 200 OK\r\n\r\n');
    client.pipe(upstream).pipe(client);
    // Each side that breaks off ends the other.
    client.on('error', () => upstream.destroy()).on('close', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  cleanups.unshift(async () => {
    await new Promise((resolve) => proxy.close(resolve));
  });
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, tunnels };
}

describe('who is asking', () => {
  it.each([
    [{ token: 'abc' }, 'Bearer abc'],
    [{ username: 'jo', password: 'pw' }, `Basic ${base64('jo:pw')}`],
    [{}, undefined],
  ])('%j', async (user, authorization) => {
    const server = await tlsServer();
    const { request } = await connectedTo(server, CLUSTER, user);
    await request(PING);
    expect(server.requests[0]?.headers.authorization).toBe(authorization);
    expect(server.requests[0]?.headers['user-agent']).toBe('argocd-dingtalk');
  });

  it('a token in a file beside the kubeconfig, which may be replaced', async () => {
    const server = await tlsServer();
    const kubeconfig = await kubeconfigFor({ server: server.url, ...CLUSTER }, { tokenFile: 'token' });
    const file = await kubeconfig.write('token', 'first\n');
    const { request, kubeConfig } = connected({ kubeconfig: kubeconfig.path });
    await request(PING);
    await writeFile(file, 'second');
    kubeConfig.forgetCredentials(0);
    await request(PING);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer first',
      'Bearer second',
    ]);
  });

  it('a plugin that fails does not get its answer into the error', async () => {
    const { request } = await connectedTo(await tlsServer(), CLUSTER, {
      exec: {
        apiVersion: 'client.authentication.k8s.io/v1',
        command: process.execPath,
        args: ['-e', 'process.stdout.write("eyJhbGci")'],
      },
    });
    const error = await request(PING).catch((reason: Error) => reason);
    expect(error).toMatchObject({ message: 'GET /version: cannot authenticate', cause: undefined });
  });
});

describe('the API server’s clock', () => {
  it('is reported for requests and watches, refused ones too', async () => {
    const date = new Date('2026-11-22T03:00:00Z');
    const server = await tlsServer((request, response) => {
      answer(response, request.query.has('watch') ? 403 : 200, {}, { date: date.toUTCString() });
    });
    const samples: ServerTimeSample[] = [];
    const kubeconfig = await kubeconfigFor({ server: server.url, ...CLUSTER });
    let time = 1_000;
    const connection = connected({
      kubeconfig: kubeconfig.path,
      onServerTime: (sample) => samples.push(sample),
      now: () => (time += 10),
    });
    await connection.request(PING);
    const watch = connection.watch('/w', {}, { signal: new AbortController().signal, idleTimeoutMs: 1_000 });
    await expect(watch).rejects.toThrow();
    expect(samples).toEqual([
      { serverTime: date.getTime(), sentAt: 1_010, receivedAt: 1_020 },
      { serverTime: date.getTime(), sentAt: 1_030, receivedAt: 1_040 },
    ]);
  });
});

describe('no usable kubeconfig', () => {
  it('names the file that cannot be read', () => {
    expect(() => connect({ kubeconfig: '/nowhere/config' })).toThrow(
      'cannot read the kubeconfig /nowhere/config',
    );
  });

  it('says where it has looked', () => {
    vi.stubEnv('KUBECONFIG', '');
    vi.stubEnv('HOME', '/nowhere');
    expect(() => connect()).toThrow(
      '$KUBECONFIG is not set, ~/.kube/config does not exist, and this is not a pod',
    );
  });

  it('without a current context', async () => {
    const kubeconfig = await kubeconfigFor({ server: 'https://x' });
    await writeFile(kubeconfig.path, 'kind: Config');
    expect(() => connect({ kubeconfig: kubeconfig.path })).toThrow(
      'the kubeconfig has no current context that names a cluster',
    );
  });

  it('takes $KUBECONFIG by default', async () => {
    const kubeconfig = await kubeconfigFor({ server: 'https://from-env.test' });
    vi.stubEnv('KUBECONFIG', kubeconfig.path);
    expect(connected({}).kubeConfig.getCurrentCluster()?.server).toBe('https://from-env.test');
  });
});
