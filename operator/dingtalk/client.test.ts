import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAuthority } from '../lib/testing/certificates.ts';
import { TrustError, trustedCertificates } from '../lib/trusted-certificates.ts';
import { createDingTalkClient, type DingTalkClient } from './client.ts';
import { type FakeDingTalk, startFakeDingTalk } from './testing/fake-dingtalk.ts';

const FIELD = 'dingtalk.caFile';
const TOKEN = 'feed'.repeat(16);
const SECRET = `SEC${'beef'.repeat(16)}`;
const MESSAGE = { msgtype: 'text', text: { content: 'hello' } };
const PROXY_VARIABLES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'];

const clients: DingTalkClient[] = [];
function client(caFile: string | undefined, timeoutMs = 10_000): DingTalkClient {
  const made = createDingTalkClient({ ca: trustedCertificates(caFile, FIELD), timeoutMs, now: Date.now });
  clients.push(made);
  return made;
}

beforeEach(() => {
  for (const name of PROXY_VARIABLES) vi.stubEnv(name, undefined);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(clients.splice(0).map((each) => each.close()));
});

describe('against the strict fake', () => {
  let fake: FakeDingTalk;
  beforeEach(async () => {
    fake = await startFakeDingTalk();
  });
  afterEach(async () => fake.stop());

  it('delivers, signed at the time of sending', async () => {
    const robot = fake.addRobot({ token: TOKEN, secret: SECRET });
    const sender = client(fake.caFile);
    const before = Date.now();
    const credential = { url: robot.webhookUrl, signingSecret: SECRET };
    expect(await sender.send(credential, MESSAGE)).toEqual({
      reason: 'Delivering',
      class: 'ok',
      errcode: 0,
      words: 'ok',
    });
    const [request] = fake.requests;
    expect(request).toMatchObject({ signature: 'valid', body: MESSAGE, contentType: 'application/json' });
    expect(Number(request?.query.timestamp)).toBeGreaterThanOrEqual(before);
  });

  it('signs at another time where the caller knows better than the clock of this machine', async () => {
    const robot = fake.addRobot({ token: TOKEN, secret: SECRET });
    const credential = { url: robot.webhookUrl, signingSecret: SECRET };
    const at = new Date(Date.now() - 90_000);
    expect((await client(fake.caFile).send(credential, MESSAGE, at)).class).toBe('ok');
    expect(fake.requests[0]?.query.timestamp).toBe(`${at.getTime()}`);
  });

  it('delivers to a robot without signature, with no signature', async () => {
    const robot = fake.addRobot({ token: TOKEN });
    expect((await client(fake.caFile).send({ url: robot.webhookUrl }, MESSAGE)).class).toBe('ok');
    expect(fake.requests[0]?.query).toEqual({ access_token: TOKEN });
  });

  it('tells a refusal', async () => {
    const robot = fake.addRobot({ token: TOKEN, allowedIps: ['203.0.113.7'] });
    expect(await client(fake.caFile).send({ url: robot.webhookUrl }, MESSAGE)).toMatchObject({
      reason: 'IPNotAllowed',
      errcode: 310000,
      ip: '127.0.0.1',
    });
  });

  it('masks what the other side echoes of the credential', async () => {
    const robot = fake.addRobot({ token: 'my-own-word', secret: 'another-word' });
    robot.answerNext({ errcode: 999, errmsg: `${'x'.repeat(295)}my-own-word another-word` });
    const credential = { url: robot.webhookUrl, signingSecret: 'another-word' };
    const { words } = await client(fake.caFile).send(credential, MESSAGE);
    expect(words).toMatch(/^x{295}\*\*\* …$/);
  });

  it('trusts no certificate that nobody named', async () => {
    const robot = fake.addRobot({ token: TOKEN });
    const outcome = await client(undefined).send({ url: robot.webhookUrl }, MESSAGE);
    expect(outcome).toMatchObject({ reason: 'CertificateNotTrusted', class: 'final' });
    expect(fake.requests).toEqual([]);
  });

  it('goes by a proxy if the environment names one, and not where it excepts the host', async () => {
    const robot = fake.addRobot({ token: TOKEN });
    const asked: string[] = [];
    const proxy = createHttpServer().on('connect', (request, socket, head) => {
      asked.push(request.url ?? '');
      const [host = '', port] = (request.url ?? '').split(':');
      const upstream = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.write(head);
        upstream.pipe(socket).pipe(upstream);
      });
      for (const each of [upstream, socket]) each.on('error', () => each.destroy());
    });
    const url = await listen(proxy);
    try {
      vi.stubEnv('HTTPS_PROXY', url);
      expect((await client(fake.caFile).send({ url: robot.webhookUrl }, MESSAGE)).class).toBe('ok');
      expect(asked).toEqual([fake.host]);
      vi.stubEnv('NO_PROXY', '127.0.0.1');
      expect((await client(fake.caFile).send({ url: robot.webhookUrl }, MESSAGE)).class).toBe('ok');
      expect(asked.length).toBe(1);
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  });

  it('tells that the proxy refuses', async () => {
    const robot = fake.addRobot({ token: TOKEN });
    const proxy = createHttpServer().on('connect', (_, socket) => {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
    });
    vi.stubEnv('HTTPS_PROXY', (await listen(proxy)).replace('//', '//somebody:password@'));
    try {
      const outcome = await client(fake.caFile).send({ url: robot.webhookUrl }, MESSAGE);
      expect(outcome).toMatchObject({ reason: 'Unreachable', words: expect.stringContaining('407') });
      expect(JSON.stringify(outcome)).not.toContain('password');
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  });
});

describe('against servers that are none of DingTalk', () => {
  const authority = createAuthority('somebody');
  let dir: string;
  let caFile: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'client-'));
    caFile = join(dir, 'ca.crt');
    await writeFile(caFile, authority.cert);
  });
  afterAll(async () => rm(dir, { recursive: true }));

  async function sendTo(
    answer: (request: IncomingMessage, response: ServerResponse) => void,
    timeoutMs?: number,
  ) {
    const server = createServer(authority.issue(['127.0.0.1']), answer);
    const url = `${(await listen(server)).replace('http:', 'https:')}/robot/send?access_token=${TOKEN}`;
    try {
      const outcome = await client(caFile, timeoutMs).send({ url, signingSecret: SECRET }, MESSAGE);
      expect(JSON.stringify(outcome)).not.toMatch(new RegExp(`${TOKEN}|${SECRET}|sign=[^*]`));
      return outcome;
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  it('follows no redirect', async () => {
    const paths: (string | undefined)[] = [];
    const outcome = await sendTo((request, response) => {
      paths.push(request.url?.split('?')[0]);
      response.writeHead(307, { location: `/elsewhere${request.url}` }).end();
    });
    expect(outcome).toMatchObject({ reason: 'UnexpectedAnswer', class: 'final' });
    expect(outcome.words).toContain('HTTP 307');
    expect(paths).toEqual(['/robot/send']);
  });

  it('reads no endless answer', async () => {
    const outcome = await sendTo((_, response) => {
      const more = (): boolean => response.write('x'.repeat(16_384)) && more();
      response.on('drain', more);
      more();
    });
    expect(outcome).toMatchObject({ reason: 'UnexpectedAnswer', class: 'final' });
    expect(outcome.words).toContain('65536 bytes');
  });

  it.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
    ['never answers', () => undefined],
    ['never ends its answer', (_, response) => response.write('{')],
  ])('gives up on one that %s', async (_, answer) => {
    expect(await sendTo(answer, 300)).toEqual({
      reason: 'Unreachable',
      class: 'retry',
      words: 'DingTalk did not answer within 300 ms',
    });
  });

  it('tells what a page that echoes the request says, without the credential', async () => {
    const outcome = await sendTo((request, response) => response.writeHead(403).end(`no: ${request.url}`));
    expect(outcome.words).toContain('HTTP 403: no: /robot/send');
  });

  it('tells that nobody listens', async () => {
    const server = createTcpServer();
    const url = (await listen(server)).replace('http:', 'https:');
    server.close();
    const outcome = await client(caFile).send({ url: `${url}/robot/send?access_token=${TOKEN}` }, MESSAGE);
    expect(outcome).toMatchObject({ reason: 'Unreachable', class: 'retry' });
    expect(outcome.words).toContain('ECONNREFUSED');
  });

  it('keeps to what Node trusts besides the file', () => {
    expect(trustedCertificates(undefined, FIELD)).toBeUndefined();
    const trusted = trustedCertificates(caFile, FIELD) ?? [];
    expect(trusted.length).toBeGreaterThan(50);
    expect(trusted.at(-1)).toBe(authority.cert.trim());
  });

  it.each([
    ['nothing.crt', undefined, /nothing\.crt: cannot be read: ENOENT/],
    ['empty.crt', 'hello', /the file contains no certificate in PEM/],
    [
      'broken.crt',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
      /certificate 1 of the 1 in the file cannot be parsed/,
    ],
  ])('refuses the CA file %s', async (name, text, message) => {
    const file = join(dir, name);
    if (text !== undefined) await writeFile(file, text);
    expect(() => trustedCertificates(file, FIELD)).toThrow(TrustError);
    expect(() => trustedCertificates(file, FIELD)).toThrow(message);
  });
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
