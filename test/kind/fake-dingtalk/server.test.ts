import { request } from 'node:https';
import { json } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { createAuthority } from '../../../operator/lib/testing/certificates.ts';
import { eventually } from '../../../operator/lib/testing/eventually.ts';
import { type ListedDeliveries, startFakeInPod } from './server.ts';

const authority = createAuthority('pod CA');

/** Sends a message as Argo CD does, and gives the answer. */
function send(port: number, token: string, ca: string): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const url = `https://127.0.0.1:${port}/robot/send?access_token=${token}`;
  const headers = { 'content-type': 'application/json' };
  request(url, { method: 'POST', ca, headers, agent: false }, (response) => resolve(json(response)))
    .once('error', reject)
    .end('{"msgtype":"text","text":{"content":"hello"}}');
  return promise;
}

it('serves the certificate that it is given, and lists what it has received', async () => {
  const tls = authority.issue(['127.0.0.1']);
  await using fake = await startFakeInPod({ ...tls, port: 0, controlPort: 0 });
  const control = `http://127.0.0.1:${fake.controlPort}`;
  const before = Date.now();
  expect(await (await fetch(`${control}/healthz`)).json()).toEqual({ ok: true });
  const set = { method: 'PUT', body: '[{ "token": "known" }]' };
  expect(await (await fetch(`${control}/robots`, set)).json()).toEqual({ robots: 1 });

  expect(await send(fake.port, 'known', authority.cert)).toEqual({ errcode: 0, errmsg: 'ok' });
  expect(await send(fake.port, 'other', authority.cert)).toMatchObject({ errcode: 300005 });
  await expect(send(fake.port, 'known', createAuthority('another CA').cert)).rejects.toThrow();

  const listed = await eventually('the connection that failed', async () => {
    const answer = (await (await fetch(`${control}/deliveries`)).json()) as ListedDeliveries;
    return answer.failedConnections.length > 0 && answer;
  });
  expect(listed.deliveries).toMatchObject([
    { token: 'known', errcode: 0, signature: 'absent', body: { text: { content: 'hello' } } },
    { token: 'other', errcode: 300005 },
  ]);
  expect(listed.deliveries[0]?.at).toBeGreaterThanOrEqual(before);
});

it('says what it does not understand', async () => {
  await using fake = await startFakeInPod({ ...authority.issue(['127.0.0.1']), port: 0, controlPort: 0 });
  const control = `http://127.0.0.1:${fake.controlPort}`;
  expect((await fetch(`${control}/robots`)).status).toBe(404);
  expect((await fetch(`${control}/robots`, { method: 'PUT', body: 'no JSON' })).status).toBe(400);
});
