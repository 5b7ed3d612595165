import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { Deliveries } from './fake-dingtalk-deliveries.ts';
import { readRequest } from './fake-dingtalk-requests.ts';
import type { Robot } from './fake-dingtalk-robot.ts';
import { judge } from './fake-dingtalk-rules.ts';

/** An HTTPS server that judges messages as DingTalk does, and what it remembers. */
export interface FakeServer {
  /** It does not listen yet. */
  readonly server: Server;
  /** By their tokens. */
  readonly robots: Map<string, Robot>;
  readonly deliveries: Deliveries;
}

/**
 * Makes a server without any robot.
 *
 * @param tls its certificate and its key, PEM
 * @param now its clock, in milliseconds since the epoch
 * @param latencyMs between a delivery and the answer to it
 */
export function createFakeServer(
  tls: { readonly cert: string; readonly key: string },
  now: () => number,
  latencyMs = 0,
): FakeServer {
  const robots = new Map<string, Robot>();
  const deliveries = new Deliveries();
  const server = createServer({ cert: tls.cert, key: tls.key }, (message, response) => {
    answer(message, response, { at: now(), robots, deliveries, latencyMs }).catch((error: Error) => {
      deliveries.failedConnections.push(error.message);
      response.destroy();
    });
  });
  server.on('tlsClientError', (error) => deliveries.failedConnections.push(error.message));
  return { server, robots, deliveries };
}

interface Answering extends Pick<FakeServer, 'deliveries'> {
  readonly at: number;
  readonly robots: ReadonlyMap<string, Robot>;
  readonly latencyMs: number;
}

async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  { at, robots, deliveries, latencyMs }: Answering,
): Promise<void> {
  const request = await readRequest(message, at);
  const obstacle = robots.get(request.token ?? '')?.obstacle;
  if (obstacle === 'silence') return;
  if (obstacle === 'reset') {
    message.socket.destroy();
    return;
  }
  if (obstacle === 'page') {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<html><head><title>Sign in</title></head><body>to see ${message.url}</body></html>`);
    return;
  }
  const judgement = judge(request, robots);
  const { errcode, errmsg } = judgement.answer;
  deliveries.add({ ...request, errcode, errmsg, signature: judgement.signature });
  if (latencyMs > 0) await delay(latencyMs);
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(judgement.answer));
}
