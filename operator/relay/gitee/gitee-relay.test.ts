import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { config } from '../../core/testing/fixtures.ts';
import { createDingTalkClient } from '../../dingtalk/client.ts';
import { type FakeDingTalk, startFakeDingTalk } from '../../dingtalk/testing/fake-dingtalk.ts';
import { GITEE_KEY } from '../../gitee/signature.ts';
import { payload } from '../../gitee/testing/payloads.ts';
import { createLogger } from '../../lib/logger.ts';
import { eventually } from '../../lib/testing/eventually.ts';
import { Relay, type RelayPorts } from '../relay.ts';
import { openRelayStore } from '../store/open.ts';
import { application, post as argocdPost, syncFailed } from '../testing/posts.ts';
import { RouteServer } from '../testing/route-server.ts';
import { createGiteeDoor } from './gitee-door.ts';
import { giteeHeaders, giteePath, giteeRoute, INSTALLATION_KEY } from './testing/gitee-posts.ts';

const HEALTH = '127.0.0.1:0';
const CAPABILITY = 'capability-of-this-test';
const ROUTE = giteeRoute();

let folder: string;
let api: RouteServer;
let dingtalk: FakeDingTalk;
let lines: string[];
let relay: Relay;
let ports: RelayPorts;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gitee-relay-'));
  lines = [];
  api = await RouteServer.start();
  dingtalk = await startFakeDingTalk({ now: Date.now });
  api.secrets.set('argocd/argocd-notifications-secret', { dt__relay: CAPABILITY });
  api.secrets.set(`argocd/${GITEE_KEY.secret}`, { [GITEE_KEY.key]: INSTALLATION_KEY });
  const { webhookUrl } = dingtalk.addRobot({ token: 'a'.repeat(64) });
  api.secrets.set('team-shop/robot', { webhook: webhookUrl });
  api.put(ROUTE);
});

afterEach(async () => {
  await relay.shutDown();
  await dingtalk.stop();
  await api[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function start(): Promise<void> {
  const log = createLogger('debug', { write: (line) => lines.push(line) });
  const { host } = new URL(dingtalk.url);
  const settings = {
    dingtalk: { endpoint: `https://${host}/robot/send`, allowedHosts: [host] },
    health: { listen: HEALTH },
    metrics: { listen: HEALTH },
  };
  relay = new Relay({
    ...{ config: config(settings), log, listen: '127.0.0.1:0', kubeconfig: api.kubeconfig },
    openStore: () => openRelayStore({ sqlite: join(folder, 'relay.db') }, { log }),
    dingtalk: createDingTalkClient({
      ca: [readFileSync(dingtalk.caFile, 'utf8')],
      timeoutMs: 4_000,
      now: Date.now,
    }),
    now: Date.now,
    random: Math.random,
    further: { listen: '127.0.0.1:0', create: createGiteeDoor },
  });
  ports = await relay.start();
  await eventually('readiness', async () => (await get('/readyz')).status === 200);
}

const get = async (path: string) => {
  const response = await fetch(`http://127.0.0.1:${ports.endpoints.get(HEALTH)}${path}`);
  return { status: response.status, text: await response.text() };
};

interface Sent {
  readonly body?: string;
  readonly at?: number;
  readonly installationKey?: string;
  readonly isPing?: boolean;
}

const send = async ({ body = JSON.stringify(payload('push')), at = Date.now(), ...how }: Sent = {}) => {
  const response = await fetch(`http://127.0.0.1:${ports.furtherDoor}${giteePath(ROUTE)}`, {
    ...{ method: 'POST', body, headers: giteeHeaders(ROUTE, at, how) },
  });
  await response.text();
  return response.status;
};

const count = async (line: string): Promise<boolean> => (await get('/metrics')).text.includes(line);

describe('a relay with a door for Gitee', () => {
  it('turns a signed post into a message to DingTalk, once, and counts it', async () => {
    await start();
    const at = Date.now();
    expect([await send({ at }), await send({ at }), await send({ at: at - 3_600_000 })]).toEqual([
      202, 202, 401,
    ]);
    expect(await send({ body: JSON.stringify(payload('tag-create')) })).toBe(200);
    expect(await send({ isPing: true })).toBe(202);
    await eventually('two messages', () => dingtalk.requests.length === 2);
    expect(dingtalk.requests.map(({ errcode }) => errcode)).toEqual([0, 0]);
    for (const line of [
      'argocd_dingtalk_relay_gitee_requests_total{answer="202"} 3',
      'argocd_dingtalk_relay_gitee_requests_total{answer="200"} 1',
      'argocd_dingtalk_relay_gitee_requests_total{answer="401"} 1',
      'argocd_dingtalk_relay_gitee_events_total{kind="gitee-push"} 2',
      'argocd_dingtalk_relay_gitee_events_total{kind="gitee-tag"} 0',
      'argocd_dingtalk_relay_gitee_events_total{kind="ping"} 1',
      'argocd_dingtalk_relay_messages_total{result="repeated"} 1',
      'argocd_dingtalk_relay_requests_total{answer="202"} 0',
    ])
      await eventually(line, () => count(line));
    expect(lines.join('')).not.toContain(INSTALLATION_KEY);
    expect(lines.join('')).not.toContain(giteeHeaders(ROUTE, at)['x-gitee-token']);
  });

  it('tells the operator that it has loaded the route', async () => {
    await start();
    const { name } = ROUTE.metadata;
    await eventually('the status', () => api.routes.get(name)?.status?.observedGeneration === 1);
  });

  it('is ready without the key, answers 503, and takes posts once the operator has made one', async () => {
    api.secrets.delete(`argocd/${GITEE_KEY.secret}`);
    await start();
    expect(await send()).toBe(503);
    expect((await get('/readyz')).status).toBe(200);
    api.secrets.set(`argocd/${GITEE_KEY.secret}`, { [GITEE_KEY.key]: INSTALLATION_KEY });
    expect(await send()).toBe(202);
    const told = lines.filter((line) => line.includes('has no key yet'));
    expect(told.length).toBe(1);
  });

  it('knows a new key at the first post with it, and the former one, too', async () => {
    await start();
    api.secrets.set(`argocd/${GITEE_KEY.secret}`, { [GITEE_KEY.key]: 'another' });
    expect([
      await send({ installationKey: 'another' }),
      await send(),
      await send({ installationKey: 'x' }),
    ]).toEqual([202, 202, 401]);
  });

  it('reads no Secret but the robot’s, Argo CD’s and that of the key', async () => {
    await start();
    await send();
    await eventually('the message', () => dingtalk.requests.length === 1);
    expect([...new Set(api.requests.filter((each) => each.includes('/secrets')))].sort()).toEqual([
      'GET /api/v1/namespaces/argocd/secrets/argocd-dingtalk-gitee',
      'GET /api/v1/namespaces/argocd/secrets/argocd-notifications-secret',
      'GET /api/v1/namespaces/team-shop/secrets/robot',
    ]);
  });

  it('keeps the doors apart: neither takes posts for the other one', async () => {
    await start();
    const body = new Uint8Array(argocdPost('gitee-push', application(syncFailed(new Date().toISOString()))));
    const headers = { authorization: `Bearer ${CAPABILITY}` };
    const argocd = (port: number | undefined, path: string) =>
      fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body, headers });
    expect((await argocd(ports.furtherDoor, '/v1/argocd')).status).toBe(404);
    expect((await argocd(ports.furtherDoor, giteePath(ROUTE))).status).toBe(401);
    expect((await argocd(ports.door, '/v1/argocd')).status).toBe(200);
    const gitee = await fetch(`http://127.0.0.1:${ports.door}${giteePath(ROUTE)}`, {
      ...{ method: 'POST', body: JSON.stringify(payload('push')), headers: giteeHeaders(ROUTE, Date.now()) },
    });
    expect(gitee.status).toBe(404);
    expect(dingtalk.requests).toEqual([]);
  });
});
