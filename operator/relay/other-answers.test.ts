import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDingTalkClient, type DingTalkClient } from '../dingtalk/client.ts';
import type { DeliveryOutcome } from '../dingtalk/outcome.ts';
import { createAuthority } from '../lib/testing/certificates.ts';
import { DEFAULT_ROBOT, RunningSenders } from './testing/running-sender.ts';
import { SenderStore } from './testing/sender-store.ts';

/** What stands in DingTalk's place answers like this; then DingTalk is back. */
type Misbehaviour = (response: ServerResponse) => void;

const authority = createAuthority('another server');
const uuids: string[] = [];
let server: Server;
let client: DingTalkClient;
let senders: RunningSenders;
let next: Misbehaviour[] = [];

beforeAll(async () => {
  server = createServer(authority.issue(['127.0.0.1']), async (request, response) => {
    const body = (await json(request)) as { readonly msgUuid: string };
    uuids.push(body.msgUuid);
    const misbehave = next.shift();
    if (misbehave) misbehave(response);
    else response.end('{"errcode":0,"errmsg":"ok"}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(async () => {
  uuids.length = 0;
  senders = await RunningSenders.start(new SenderStore());
  client = createDingTalkClient({ ca: [authority.cert], timeoutMs: 300, now: senders.time.now });
  senders.startSender({ client: { send: (...args) => senders.time.track(client.send(...args)) } });
  const { port } = server.address() as AddressInfo;
  senders.credentials.set(DEFAULT_ROBOT, { url: `https://127.0.0.1:${port}/robot/send?access_token=t` });
});
afterEach(async () => {
  await senders[Symbol.asyncDispose]();
  await client.close();
});

const hangs: Misbehaviour = () => undefined;
const resets: Misbehaviour = (response) => response.socket?.destroy();
const says =
  (status: number, text: string): Misbehaviour =>
  (response) =>
    response.writeHead(status, { 'content-type': 'text/html' }).end(text);

describe('an answer that is not DingTalk’s', () => {
  it.each<[string, Misbehaviour, DeliveryOutcome['reason'], RegExp]>([
    ['none', hangs, 'Unreachable', /within 300 ms/],
    ['a broken connection', resets, 'Unreachable', /other side closed|socket hang up|ECONNRESET/],
    ['a failure of a gateway', says(502, '<html>bad gateway</html>'), 'UnexpectedAnswer', /^HTTP 502/],
    ['a page', says(200, '<html>Please sign in</html>'), 'UnexpectedAnswer', /sign in/],
    ['nonsense', says(200, '{"ok":true}'), 'UnexpectedAnswer', /without an errcode/],
    ['nothing', says(200, ''), 'UnexpectedAnswer', /without an errcode/],
    ['a redirect', says(302, ''), 'UnexpectedAnswer', /not followed/],
  ])(
    '(%s) is the last answer at once, and the message arrives by the next request, with its msgUuid',
    async (_, misbehave, reason, words) => {
      next = [misbehave];
      await senders.accept({});
      await senders.time.pass(0);
      expect(await senders.store.lastAnswers()).toMatchObject([
        { robot: DEFAULT_ROBOT, outcome: { reason, words: expect.stringMatching(words) } },
      ]);
      await senders.time.pass(1_000);
      expect(senders.ended.map(({ ending }) => ending)).toEqual(['again', 'sent']);
      expect(uuids.length).toBe(2);
      expect(new Set(uuids).size).toBe(1);
    },
  );

  it.each<[string, Misbehaviour, string]>([
    ['a page', says(200, '<html>Please sign in</html>'), 'dead'],
    ['a failure of a gateway', says(502, ''), 'again'],
  ])('(%s) that comes again and again has the end that its class says', async (_, misbehave, ending) => {
    next = [misbehave, misbehave];
    await senders.accept({});
    await senders.time.pass(1_500);
    expect(senders.ended.map((each) => each.ending)).toEqual(['again', ending]);
  });
});
