import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { listenAt } from '../lib/listen.ts';
import type { PostResult } from './accept.ts';
import type { TokenVerdict } from './capability.ts';
import { readBody } from './read-body.ts';

/** The only path. */
export const DOOR_PATH = '/v1/argocd';

const MAX_HEADER_BYTES = 8_192;
/** So many posts share a connection. */
const MAX_REQUESTS = 10_000;

/** The bounds of what callers can take. Times are in milliseconds. */
export interface DoorLimits {
  /** Argo CD has one worker, so it opens few connections. */
  readonly connections: number;
  /** Posts that are worked on at once; each may have a body of two megabytes. */
  readonly posts: number;
  /** For the head of a request. */
  readonly headersMs: number;
  readonly bodyMs: number;
  /** For a whole request. */
  readonly requestMs: number;
}

const LIMITS: DoorLimits = {
  ...{ connections: 256, posts: 64 },
  ...{ headersMs: 5_000, bodyMs: 10_000, requestMs: 20_000 },
};

/** Longer than Go's clients keep a connection (90 s): otherwise a post could meet its end. */
const KEEP_ALIVE_MS = 120_000;

export interface DoorOptions {
  readonly judge: (token: string) => Promise<TokenVerdict>;
  /** Never rejects. */
  readonly accept: (body: Buffer, headers: IncomingHttpHeaders) => Promise<PostResult>;
  /** Called with the status of each answer, and the seconds since its request came. */
  readonly onAnswered: (status: number, seconds: number) => void;
  /** In milliseconds, only ever forward. */
  readonly clock: () => number;
  readonly limits?: DoorLimits;
}

const STATUSES: Readonly<Record<PostResult, number>> = {
  stored: 202,
  nobody: 200,
  unreadable: 422,
  unavailable: 503,
};

const WORDS: Readonly<Record<number, string>> = {
  200: 'no subscription is about this',
  202: 'stored',
  401: 'the token is wrong',
  404: 'not found',
  405: 'method not allowed',
  408: 'the body did not come in time',
  413: 'the body is too large',
  422: 'the body is not an event of Argo CD',
  503: 'the relay cannot store this now',
};

/**
 * The HTTP server that Argo CD posts events to. It refuses before it reads a body where the path, the method or the token is wrong.
 * It never answers 429 and never names a time: Argo CD's only worker would wait.
 */
export class Door {
  readonly #options: DoorOptions;
  readonly #limits: DoorLimits;
  readonly #server: Server;
  /** The oldest first. */
  readonly #idle = new Set<Socket>();
  #connections = 0;
  #posts = 0;
  #isClosing = false;

  constructor(options: DoorOptions) {
    const { limits = LIMITS } = options;
    this.#options = options;
    this.#limits = limits;
    const settings = {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: Math.min(1_000, limits.headersMs),
    };
    this.#server = createServer(settings);
    this.#server.maxRequestsPerSocket = MAX_REQUESTS;
    this.#server.on('connection', (socket) => this.#admit(socket));
    this.#server.on('request', (request, response) => void this.#serve(request, response));
    // The caller waits for permission to send its body: an authorized one gets it, and the others their refusal.
    this.#server.on('checkContinue', (request, response) => void this.#serve(request, response, true));
  }

  /**
   * Begins to serve, see {@link listenAt}.
   * @param address `host:port`
   * @returns the port
   */
  async listen(address: string): Promise<number> {
    return listenAt(this.#server, address);
  }

  /** Takes no new connection, finishes the requests that are under way, and breaks off those that last longer. */
  async close(timeoutMs: number): Promise<void> {
    this.#isClosing = true;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    const timer = setTimeout(() => this.#server.closeAllConnections(), timeoutMs);
    await promise;
    clearTimeout(timer);
  }

  /** Anybody can hold connections. The one that has been idle for longest makes room for the next one. */
  #admit(socket: Socket): void {
    this.#connections += 1;
    this.#idle.add(socket);
    socket.once('close', () => {
      this.#connections -= 1;
      this.#idle.delete(socket);
    });
    const [oldest] = this.#idle;
    if (this.#connections > this.#limits.connections && oldest && this.#idle.delete(oldest)) oldest.destroy();
  }

  async #serve(request: IncomingMessage, response: ServerResponse, awaitsContinue = false): Promise<void> {
    const { clock, onAnswered } = this.#options;
    const begin = clock();
    const status = await this.#statusOf(request, response, awaitsContinue);
    if (response.destroyed) return;
    onAnswered(status, (clock() - begin) / 1_000);
    const text = `${WORDS[status]}\n`;
    response.writeHead(status, {
      'content-type': 'text/plain; charset=utf-8',
      'content-length': Buffer.byteLength(text),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(status === 405 && { allow: 'POST' }),
      // The rest of a body that nobody reads must not be read as the next request.
      ...((this.#isClosing || !request.complete) && { connection: 'close' }),
    });
    response.end(request.method === 'HEAD' ? undefined : text);
  }

  async #statusOf(
    request: IncomingMessage,
    response: ServerResponse,
    awaitsContinue: boolean,
  ): Promise<number> {
    if (request.url?.split('?', 1)[0] !== DOOR_PATH) return 404;
    if (request.method !== 'POST') return 405;
    const verdict = await this.#judge(request.headers.authorization);
    if (verdict !== 'right') return verdict === 'wrong' ? 401 : 503;
    if (this.#posts >= this.#limits.posts) return 503;
    this.#posts += 1;
    this.#idle.delete(request.socket);
    try {
      if (awaitsContinue) response.writeContinue();
      const body = await readBody(request, this.#limits.bodyMs);
      return typeof body === 'number' ? body : STATUSES[await this.#options.accept(body, request.headers)];
    } finally {
      this.#posts -= 1;
      if (!request.socket.destroyed) this.#idle.add(request.socket);
    }
  }

  async #judge(authorization = ''): Promise<TokenVerdict> {
    const [, token] = /^Bearer +([\w~+/.=-]{1,512})$/i.exec(authorization) ?? [];
    return token === undefined ? 'wrong' : this.#options.judge(token);
  }
}
