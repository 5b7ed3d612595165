import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as send } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAuthority } from '../../operator/lib/testing/certificates.ts';
import type { ControlPlane } from './control-plane.ts';

/** A request that is kept from the API server until it is released. */
export interface HeldRequest {
  /** Resolves when the request is there. */
  readonly arrived: Promise<void>;
  /** Lets the request go on. */
  release(): void;
}

/** A way to the API server on which single requests can be held up. A process that gets its kubeconfig from here takes it. */
export interface HoldingProxy
  extends Pick<ControlPlane, 'dir' | 'serviceAccountKubeconfig'>,
    AsyncDisposable {
  /** Holds the next request of this method to this path. */
  hold(method: string, path: string): HeldRequest;
  /** Resolves once the API server has said this text, in a watch or in any other answer, from now on. */
  said(text: string): Promise<void>;
}

interface Rule {
  readonly method: string;
  readonly path: string;
  readonly arrived: () => void;
  readonly released: Promise<void>;
}

/** Starts a proxy on a free loopback port, with a certificate of an authority of its own. */
export async function startHoldingProxy(cp: ControlPlane): Promise<HoldingProxy> {
  const authority = createAuthority('holding proxy CA');
  const agent = new Agent({ ca: await readFile(cp.caFile), keepAlive: true });
  const rules = new Set<Rule>();
  const listeners = new Set<(text: string) => void>();
  const server = createServer(authority.issue(['127.0.0.1']), (message, response) => {
    const path = message.url?.split('?')[0];
    const rule = [...rules].find((each) => each.method === message.method && each.path === path);
    if (!rule) return forward(message, response);
    rules.delete(rule);
    rule.arrived();
    void rule.released.then(() => forward(message, response));
  });
  const forward = (message: IncomingMessage, response: ServerResponse): void => {
    const { method, url, headers } = message;
    const onwards = send(`${cp.server}${url}`, { agent, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders();
      answer.on('data', (piece: Buffer) => {
        for (const listen of listeners) listen(piece.toString('utf8'));
      });
      answer.on('error', () => response.destroy()).pipe(response);
    });
    // Whoever breaks off on one side hears no more from the other.
    onwards.on('error', () => response.destroy());
    response.on('close', () => onwards.destroy());
    message.pipe(onwards);
  };
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    dir: cp.dir,
    serviceAccountKubeconfig: async (namespace, name) => {
      const direct = JSON.parse(await readFile(await cp.serviceAccountKubeconfig(namespace, name), 'utf8'));
      const ca = Buffer.from(authority.cert).toString('base64');
      direct.clusters[0].cluster = { server: url, 'certificate-authority-data': ca };
      const path = `${cp.dir}/${namespace}.${name}.proxied.kubeconfig`;
      await writeFile(path, JSON.stringify(direct), { mode: 0o600 });
      return path;
    },
    hold: (method, path) => {
      const arrived = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      rules.add({ method, path, arrived: arrived.resolve, released: released.promise });
      return { arrived: arrived.promise, release: released.resolve };
    },
    said: (text) =>
      new Promise((resolve) => {
        const listen = (piece: string) => {
          if (!piece.includes(text)) return;
          listeners.delete(listen);
          resolve();
        };
        listeners.add(listen);
      }),
    [Symbol.asyncDispose]: async () => {
      const closed = once(server.close(), 'close');
      server.closeAllConnections();
      agent.destroy();
      await closed;
    },
  };
}
