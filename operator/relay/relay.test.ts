import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { config, robot, subscription } from '../core/testing/fixtures.ts';
import { createDingTalkClient } from '../dingtalk/client.ts';
import { type FakeDingTalk, startFakeDingTalk } from '../dingtalk/testing/fake-dingtalk.ts';
import { createLogger } from '../lib/logger.ts';
import { eventually } from '../lib/testing/eventually.ts';
import { recordingLog } from '../lib/testing/recording-log.ts';
import type { RelayStore } from './model.ts';
import { Relay, type RelayPorts } from './relay.ts';
import { openRelayStore } from './store/open.ts';
import { MemoryStore } from './testing/memory-store.ts';
import { someMessage } from './testing/messages.ts';
import { application, post, syncFailed } from './testing/posts.ts';
import { RouteServer } from './testing/route-server.ts';
import { compiledRoute } from './testing/routes.ts';

const CAPABILITY = 'q5pPZQ2m1aXx0f6Zr8D1b0yqkq8pWmJ3C9w7u4sTnLE';
const HEALTH = '127.0.0.1:0';

let folder: string;
let api: RouteServer;
let dingtalk: FakeDingTalk;
let lines: string[];
let relay: Relay;
let ports: RelayPorts;
let store: RelayStore | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-'));
  [lines, store] = [[], undefined];
  api = await RouteServer.start();
  dingtalk = await startFakeDingTalk({ now: Date.now });
  api.secrets.set('argocd/argocd-notifications-secret', { dt__relay: CAPABILITY, other: 'OTHER' });
  const { webhookUrl } = dingtalk.addRobot({ token: 'a'.repeat(64), secret: 'SECabc' });
  api.secrets.set('team-payments/payments-dingtalk', { webhook: webhookUrl, secret: 'SECabc' });
});

afterEach(async () => {
  await relay.shutDown();
  await dingtalk.stop();
  await api[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function start(leave?: () => Promise<unknown>): Promise<void> {
  const log = createLogger('debug', { write: (line) => lines.push(line) });
  const host = new URL(dingtalk.url).host;
  const settings = {
    dingtalk: { endpoint: `https://${host}/robot/send`, allowedHosts: [host] },
    health: { listen: HEALTH },
    metrics: { listen: HEALTH },
  };
  relay = new Relay({
    ...{ config: config(settings), log, listen: '127.0.0.1:0', kubeconfig: api.kubeconfig },
    openStore: async () => {
      store ??= await openRelayStore({ sqlite: join(folder, 'relay.db') }, { log });
      return store;
    },
    dingtalk: createDingTalkClient({
      ca: [readFileSync(dingtalk.caFile, 'utf8')],
      timeoutMs: 4_000,
      now: Date.now,
    }),
    now: Date.now,
    random: Math.random,
    ...(leave && { leave }),
  });
  ports = await relay.start();
}

const send = (body: Buffer, token = CAPABILITY) =>
  fetch(`http://127.0.0.1:${ports.door}/v1/argocd`, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: { authorization: `Bearer ${token}` },
  });

const get = async (path: string) => {
  const response = await fetch(`http://127.0.0.1:${ports.endpoints.get(HEALTH)}${path}`);
  return { status: response.status, text: await response.text() };
};

const ready = () => eventually('readiness', async () => (await get('/readyz')).status === 200);

/** A failure of a moment ago, and a route that counts from the past. */
const failed = (uid: string) =>
  post('on-sync-failed', application(syncFailed(new Date().toISOString()), { uid }));

describe('the relay', () => {
  it('turns a post of Argo CD into a message to DingTalk, and tells the operator', async () => {
    api.put(compiledRoute());
    await start();
    await ready();
    expect((await send(failed('u1'))).status).toBe(202);
    await eventually('the message', () => dingtalk.requests.length === 1);
    const wanted = { observedGeneration: 1, robots: [{ name: 'payments', reason: 'ok', errcode: 0 }] };
    await eventually('the status', () => {
      const status = api.routes.get('team-payments.payments')?.status;
      expect(status).toMatchObject(wanted);
      return true;
    });
    // The sender counts what its store has recorded.
    const sent = 'argocd_dingtalk_relay_messages_total{result="sent"} 1';
    const { text } = await eventually('the count', async () => {
      const metrics = await get('/metrics');
      return metrics.text.includes(sent) && metrics;
    });
    for (const line of [
      'argocd_dingtalk_relay_messages_total{result="stored"} 1',
      'argocd_dingtalk_relay_messages_total{result="sent"} 1',
      'argocd_dingtalk_relay_routes 1',
      'argocd_dingtalk_relay_requests_total{answer="202"} 1',
    ])
      expect(text).toContain(line);
    expect(lines.join('')).not.toMatch(new RegExp(`${CAPABILITY}|SECabc|access_token=a|one or more objects`));
  });

  it('reads no Secret but those that routes name, and that of Argo CD', async () => {
    api.put(compiledRoute());
    await start();
    await ready();
    await send(failed('u1'));
    await send(failed('u1'), 'wrong');
    await eventually('the message', () => dingtalk.requests.length === 1);
    expect([...new Set(api.requests.filter((each) => each.includes('/secrets')))].sort()).toEqual([
      'GET /api/v1/namespaces/argocd/secrets/argocd-notifications-secret',
      'GET /api/v1/namespaces/team-payments/secrets/payments-dingtalk',
    ]);
  });

  it('names a new generation in the status of its route within a second', async () => {
    await start();
    await ready();
    const route = api.put(compiledRoute());
    const loaded = (generation: number) =>
      eventually(
        `generation ${generation}`,
        () => api.routes.get(route.metadata.name)?.status?.observedGeneration === generation,
        { timeoutMs: 5_000, intervalMs: 10 },
      );
    await loaded(1);
    const current = api.routes.get(route.metadata.name) ?? route;
    const begin = performance.now();
    api.put({ ...current, metadata: { ...current.metadata, generation: 2 } });
    await loaded(2);
    expect(performance.now() - begin).toBeLessThan(1_000);
  });

  it('is ready without a capability, as before the first route, and has Argo CD post again until it knows one', async () => {
    api.secrets.set('argocd/argocd-notifications-secret', {});
    api.put(compiledRoute());
    await start();
    await ready();
    expect((await send(failed('u1'))).status).toBe(503);
    api.secrets.set('argocd/argocd-notifications-secret', { dt__relay: CAPABILITY });
    expect((await send(failed('u1'))).status).toBe(202);
    await ready();
  });

  it('is not ready while the store cannot be used', async () => {
    const memory = new MemoryStore();
    store = memory;
    memory.fault = new Error('disk full');
    api.put(compiledRoute());
    await start();
    await eventually('the check', async () => (await get('/readyz')).text.includes('[-]store: disk full'));
    expect((await send(failed('u1'))).status).toBe(503);
    memory.fault = undefined;
    expect((await send(failed('u1'))).status).toBe(202);
    await ready();
    await relay.shutDown();
    expect(memory.isDisposed).toBe(true);
  });

  it('counts each message that has waited too long once, whether the sender finds it or the sweep', async () => {
    store = await openRelayStore({ sqlite: join(folder, 'relay.db') }, { log: recordingLog() });
    const old = Array.from({ length: 300 }, (_, index) => someMessage({ app: `app-${index}` }));
    await store.accept(old, Date.now() - 25 * 3_600_000);
    await start();
    const counted = async (): Promise<number> =>
      Number(/relay_messages_total\{result="expired"\} (\d+)/.exec((await get('/metrics')).text)?.[1]);
    await eventually('all of them', async () => (await counted()) >= 300);
    expect(await counted()).toBe(300);
    expect(dingtalk.requests).toEqual([]);
  });

  it('takes posts at its end until nobody is led to it any more, and is not ready meanwhile', async () => {
    const left = Promise.withResolvers<void>();
    api.put(compiledRoute());
    await start(() => left.promise);
    await ready();
    const ended = relay.shutDown();
    const { status, text } = await get('/readyz');
    expect([status, text]).toEqual([503, expect.stringContaining('[-]end: the relay is about to end')]);
    expect((await send(failed('u1'))).status).toBe(202);
    await eventually('the message', () => dingtalk.requests.length === 1);
    left.resolve();
    await ended;
    await expect(send(failed('u2'))).rejects.toThrow('fetch failed');
  });

  it('logs a route that it cannot read once, and works with the others', async () => {
    const { spec, ...rest } = compiledRoute(subscription({ name: 'bad' }), [robot()]);
    api.put({ ...rest, spec: { ...spec, robots: 'x' } } as never);
    api.put(compiledRoute());
    await start();
    await ready();
    expect((await send(failed('u1'))).status).toBe(202);
    expect((await send(failed('u2'))).status).toBe(202);
    expect((await get('/metrics')).text).toContain('argocd_dingtalk_relay_routes_unreadable 1');
    expect(lines.filter((line) => line.includes('the relay cannot read a RelayRoute'))).toHaveLength(1);
  });
});
