import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { Robot } from '../../../operator/dingtalk/testing/fake-dingtalk-robot.ts';
import {
  createFakeServer,
  type FakeServer,
} from '../../../operator/dingtalk/testing/fake-dingtalk-server.ts';
import type { Delivery, RobotOptions } from '../../../operator/dingtalk/testing/fake-dingtalk-types.ts';

/** What the control port answers to `GET /deliveries`. */
export interface ListedDeliveries {
  /** Every request so far, accepted or not, in the order of arrival. */
  readonly deliveries: readonly Delivery[];
  /** Connections that did not come to a request, for instance because the client does not trust the certificate. */
  readonly failedConnections: readonly string[];
}

/** Ports 0 are free ones. */
export interface PodOptions {
  /** PEM. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
  readonly port: number;
  readonly controlPort: number;
}

/** A strict fake DingTalk that listens on all addresses, and the ports that it has. */
export interface FakeInPod extends AsyncDisposable {
  readonly port: number;
  readonly controlPort: number;
}

/** Starts the fake, as strict as `operator/dingtalk/testing/fake-dingtalk.ts`, with an HTTP port for the test. */
export async function startFakeInPod({ cert, key, port, controlPort }: PodOptions): Promise<FakeInPod> {
  const fake = createFakeServer({ cert, key }, Date.now);
  const control = createServer((request, response) => {
    answer(fake, request, response).catch((error: Error) => {
      response.writeHead(400, { 'content-type': 'text/plain' }).end(`${error.message}\n`);
    });
  });
  const servers: readonly Server[] = [fake.server, control];
  await Promise.all([
    once(fake.server.listen(port), 'listening'),
    once(control.listen(controlPort), 'listening'),
  ]);
  const [actual = 0, actualControl = 0] = servers.map((each) => (each.address() as AddressInfo).port);
  return {
    port: actual,
    controlPort: actualControl,
    [Symbol.asyncDispose]: async () => {
      const closed = servers.map((each) => once(each, 'close'));
      for (const each of servers) {
        each.close();
        each.closeAllConnections();
      }
      await Promise.all(closed);
    },
  };
}

async function answer(
  { robots, deliveries }: FakeServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const reply = (status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const what = `${request.method} ${request.url}`;
  if (what === 'GET /healthz') reply(200, { ok: true });
  else if (what === 'GET /deliveries') {
    const listed: ListedDeliveries = {
      deliveries: deliveries.all,
      failedConnections: deliveries.failedConnections,
    };
    reply(200, listed);
  } else if (what === 'PUT /robots') {
    const options = (await json(request)) as readonly RobotOptions[];
    for (const each of options) robots.set(each.token, new Robot(each));
    reply(200, { robots: robots.size });
  } else reply(404, { error: `there is no ${what}` });
}
