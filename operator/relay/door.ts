import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { listenAt } from '../lib/listen.ts';
import { readBody } from './read-body.ts';

const MAX_HEADER_BYTES = 8_192;
/** So many posts share a connection. */
const MAX_REQUESTS = 10_000;

/** The bounds of what callers can take. Times are in milliseconds. */
export interface DoorLimits {
  readonly connections: number;
  /** Posts that are worked on at once, or wait for their turn. */
  readonly posts: number;
  readonly bodyBytes: number;
  /** For the head of a request. */
  readonly headersMs: number;
  readonly bodyMs: number;
  /** For a whole request. */
  readonly requestMs: number;
}

/** Longer than Go's clients keep a connection (90 s): otherwise a post could meet its end. */
const KEEP_ALIVE_MS = 120_000;

/** A post whose head is right. */
export interface AdmittedPost {
  /** Takes the body, and gives the status of the answer; never rejects. */
  readonly take: (body: Buffer) => Promise<number>;
  /** Has the body read and taken when its turn comes, or gives a status at once; absent: at once. */
  readonly inTurn?: (work: () => Promise<number>) => Promise<number>;
}

export interface DoorOptions {
  /** Judges the head of a request; a number is the status of a refusal. Never rejects. */
  readonly judge: (request: IncomingMessage) => Promise<AdmittedPost | number>;
  /** What the answers say, by status. */
  readonly words: Readonly<Record<number, string>>;
  /** Called with the status of each answer, and the seconds since its request came. */
  readonly onAnswered: (status: number, seconds: number) => void;
  /** In milliseconds, only ever forward. */
  readonly clock: () => number;
  readonly limits: DoorLimits;
}

function firstOf(sockets: Iterable<Socket>, but?: Socket): Socket | undefined {
  for (const socket of sockets) if (socket !== but) return socket;
  return undefined;
}

/**
 * An HTTP server that takes posts. It refuses before it reads a body where the head is wrong. It never answers 429 and never names a
 * time: Argo CD's only worker would wait.
 */
export class Door {
  readonly #options: DoorOptions;
  readonly #server: Server;
  /** Without a post under way, the oldest first: those that never had an admitted one, and those that had. */
  readonly #strangers = new Set<Socket>();
  readonly #callers = new Set<Socket>();
  #connections = 0;
  #posts = 0;
  #isClosing = false;

  constructor(options: DoorOptions) {
    const { limits } = options;
    this.#options = options;
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

  /** How many posts are worked on, or wait for their turn. */
  get posts(): number {
    return this.#posts;
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

  /**
   * Anybody can hold connections. The one that has been idle for longest makes room for the next one: a stranger, unless callers
   * have more than half of all.
   */
  #admit(socket: Socket): void {
    this.#connections += 1;
    this.#strangers.add(socket);
    socket.once('close', () => {
      this.#connections -= 1;
      this.#takeOut(socket);
    });
    const { connections } = this.#options.limits;
    if (this.#connections <= connections) return;
    const isCrowded = this.#callers.size > connections / 2;
    const oldest = isCrowded
      ? firstOf(this.#callers)
      : (firstOf(this.#strangers, socket) ?? firstOf(this.#callers));
    if (!oldest) return;
    this.#takeOut(oldest);
    oldest.destroy();
  }

  /** It makes no room any more. */
  #takeOut(socket: Socket): void {
    this.#strangers.delete(socket);
    this.#callers.delete(socket);
  }

  async #serve(request: IncomingMessage, response: ServerResponse, awaitsContinue = false): Promise<void> {
    const { clock, onAnswered, words } = this.#options;
    const begin = clock();
    const status = await this.#statusOf(request, response, awaitsContinue);
    if (response.destroyed) return;
    onAnswered(status, (clock() - begin) / 1_000);
    const text = `${words[status]}\n`;
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
    const { judge, limits } = this.#options;
    const admission = await judge(request);
    if (typeof admission === 'number') return admission;
    if (this.#posts >= limits.posts) return 503;
    this.#posts += 1;
    this.#takeOut(request.socket);
    const { take, inTurn = (work) => work() } = admission;
    try {
      return await inTurn(async () => {
        if (awaitsContinue) response.writeContinue();
        const body = await readBody(request, limits.bodyBytes, limits.bodyMs);
        return typeof body === 'number' ? body : take(body);
      });
    } finally {
      this.#posts -= 1;
      if (!request.socket.destroyed) this.#callers.add(request.socket);
    }
  }
}
