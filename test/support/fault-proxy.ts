import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as send } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createAuthority } from '../../operator/lib/testing/certificates.ts';
import type { ControlPlane } from './control-plane.ts';

/** A request that is kept from the API server until it is released. */
export interface HeldRequest {
  /** Resolves when the request is there. */
  readonly arrived: Promise<void>;
  /** Lets the request go on. */
  release(): void;
}

/** A request as the proxy sees it. */
export interface ProxiedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly isWatch: boolean;
  readonly authorization: string | undefined;
}

/** Says whether a fault happens to a request. */
export type Affects = (request: ProxiedRequest) => boolean;

/** A fault that goes on until it is lifted. */
export interface Fault {
  /** How many requests it has hit so far. */
  readonly hits: number;
  lift(): void;
}

/** What is answered in the API server's place. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: a Kubernetes Status. */
  readonly body?: string;
}

/** Anything that can be a request's fate; `forward` may be called once, now or later. */
type Fate = (
  message: IncomingMessage,
  response: ServerResponse,
  forward: (cutAfter?: number) => void,
) => void;

interface Rule {
  readonly affects: Affects;
  readonly fate: Fate;
  hits: number;
}

const NEVER = Number.POSITIVE_INFINITY;
const watches: Affects = ({ isWatch }) => isWatch;

/**
 * A way to the API server on which everything can go wrong. A process that gets its kubeconfig from here takes it. Of
 * several faults that affect a request, the newest one happens.
 */
export class FaultProxy implements AsyncDisposable {
  readonly dir: string;
  /** How far the `Date` of all answers is ahead of the API server's. */
  dateOffsetMs = 0;
  /** All requests in order of arrival. */
  readonly requests: ProxiedRequest[] = [];
  readonly #cp: ControlPlane;
  readonly #authority = createAuthority('fault proxy CA');
  readonly #agent: Agent;
  readonly #server;
  /** The TCP connections under TLS, by the client's port. */
  readonly #sockets = new Map<number | undefined, Socket>();
  readonly #rules: Rule[] = [];
  /** Answers that are under way. */
  readonly #open = new Map<ServerResponse, ProxiedRequest>();
  /** Answers that have no body any more, though their connections look alive. */
  readonly #mute = new WeakSet<ServerResponse>();
  /** Answers of which nothing comes any more, though their connections look alive. */
  readonly #dead = new WeakSet<ServerResponse>();
  readonly #listeners = new Set<(text: string) => void>();

  private constructor(cp: ControlPlane, ca: Buffer) {
    this.dir = cp.dir;
    this.#cp = cp;
    this.#agent = new Agent({ ca, keepAlive: true });
    this.#server = createServer(this.#authority.issue(['127.0.0.1']), (message, response) =>
      this.#take(message, response),
    );
    this.#server.on('connection', (socket: Socket) => {
      const { remotePort } = socket;
      this.#sockets.set(remotePort, socket);
      socket.on('close', () => this.#sockets.delete(remotePort));
    });
  }

  /** Starts a proxy on a free loopback port, with a certificate of an authority of its own. */
  static async start(cp: ControlPlane): Promise<FaultProxy> {
    const proxy = new FaultProxy(cp, await readFile(cp.caFile));
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  async serviceAccountKubeconfig(namespace: string, name: string): Promise<string> {
    const direct = await this.#cp.serviceAccountKubeconfig(namespace, name);
    const config = JSON.parse(await readFile(direct, 'utf8'));
    const server = `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    const ca = Buffer.from(this.#authority.cert).toString('base64');
    config.clusters[0].cluster = { server, 'certificate-authority-data': ca };
    const path = `${this.dir}/${namespace}.${name}.proxied.kubeconfig`;
    await writeFile(path, JSON.stringify(config), { mode: 0o600 });
    return path;
  }

  /** Holds the next request of this method to this path. */
  hold(method: string, path: string): HeldRequest {
    const arrived = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const affects: Affects = (each) => each.method === method && each.path === path;
    const fault = this.#fault(affects, (_message, _response, forward) => {
      fault.lift();
      arrived.resolve();
      void released.promise.then(() => forward());
    });
    return { arrived: arrived.promise, release: released.resolve };
  }

  /** Answers in the API server's place. */
  answer(affects: Affects, { status, headers = {}, body }: Answer): Fault {
    const text =
      body ?? JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: status });
    return this.#fault(affects, (message, response) => {
      message.resume();
      const date = new Date(Date.now() + this.dateOffsetMs).toUTCString();
      response.writeHead(status, { 'content-type': 'application/json', date, ...headers }).end(text);
    });
  }

  /** Forwards each request after so many milliseconds. */
  delay(affects: Affects, ms: number): Fault {
    return this.#fault(affects, (_message, _response, forward) => void setTimeout(forward, ms));
  }

  /** Ends the connection after so many bytes of each answer. */
  cut(affects: Affects, afterBytes: number): Fault {
    return this.#fault(affects, (_message, _response, forward) => forward(afterBytes));
  }

  /** Says nothing more on all watches, present ones included. They look alive for ever. */
  silence(): Fault {
    for (const [response, request] of this.#open) if (request.isWatch) this.#mute.add(response);
    return this.#fault(watches, (_message, response, forward) => {
      this.#mute.add(response);
      forward();
    });
  }

  /** Lets nothing through. A request that waits is forwarded in the end, unless its client has gone. */
  partition(): Fault {
    for (const response of this.#open.keys()) this.#dead.add(response);
    const healed = Promise.withResolvers<void>();
    const fault = this.#fault(
      () => true,
      (_message, _response, forward) => void healed.promise.then(() => forward()),
    );
    return {
      get hits() {
        return fault.hits;
      },
      lift: () => {
        fault.lift();
        healed.resolve();
      },
    };
  }

  /** Resets the connections of all answers that are under way: @returns how many */
  reset(): number {
    const { size } = this.#open;
    for (const { socket } of this.#open.keys()) this.#sockets.get(socket?.remotePort)?.resetAndDestroy();
    return size;
  }

  /** Resolves once the API server has said this text, in a watch or in any other answer, from now on. */
  said(text: string): Promise<void> {
    return new Promise((resolve) => {
      const listen = (piece: string) => {
        if (!piece.includes(text)) return;
        this.#listeners.delete(listen);
        resolve();
      };
      this.#listeners.add(listen);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server.close(), 'close');
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await closed;
  }

  #fault(affects: Affects, fate: Fate): Fault {
    const rule: Rule = { affects, fate, hits: 0 };
    this.#rules.unshift(rule);
    return {
      get hits() {
        return rule.hits;
      },
      lift: () => void this.#rules.splice(0, NEVER, ...this.#rules.filter((each) => each !== rule)),
    };
  }

  #take(message: IncomingMessage, response: ServerResponse): void {
    const { pathname: path, searchParams: query } = new URL(message.url ?? '/', 'https://proxy');
    const { method = '', headers } = message;
    const isWatch = query.has('watch');
    const request = { method, path, query, isWatch, authorization: headers.authorization };
    this.requests.push(request);
    this.#open.set(response, request);
    response.on('close', () => this.#open.delete(response));
    const forward = (cutAfter = NEVER): void => {
      if (!response.destroyed) this.#forward(message, response, cutAfter);
    };
    const rule = this.#rules.find(({ affects }) => affects(request));
    if (rule) {
      rule.hits += 1;
      rule.fate(message, response, forward);
    } else forward();
  }

  #forward(message: IncomingMessage, response: ServerResponse, cutAfter: number): void {
    const { method, url, headers } = message;
    const options = { agent: this.#agent, method, headers };
    const isDead = (): boolean => this.#dead.has(response);
    const breakOff = (): void => {
      if (!isDead() && !this.#mute.has(response)) response.destroy();
    };
    const onwards = send(`${this.#cp.server}${url}`, options, (answer) => {
      const date = new Date(Date.parse(`${answer.headers.date}`) + this.dateOffsetMs).toUTCString();
      if (!isDead()) response.writeHead(answer.statusCode ?? 502, { ...answer.headers, date }).flushHeaders();
      let sent = 0;
      answer.on('data', (piece: Buffer) => {
        if (isDead() || this.#mute.has(response) || sent >= cutAfter) return;
        for (const listen of this.#listeners) listen(piece.toString('utf8'));
        response.write(piece.subarray(0, cutAfter - sent));
        sent += piece.length;
        if (sent >= cutAfter) response.socket?.destroySoon();
      });
      answer.on('error', breakOff).on('end', () => !isDead() && !this.#mute.has(response) && response.end());
    });
    // If one side breaks off, the other side learns it; but not from a dead connection.
    onwards.on('error', breakOff);
    response.on('close', () => onwards.destroy());
    message.pipe(onwards);
  }
}
