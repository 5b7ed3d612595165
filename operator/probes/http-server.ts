import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { listenAt } from '../lib/listen.ts';

/** The answer to a request. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** Answers a request for one path. */
export type Route = (query: URLSearchParams) => Answer | Promise<Answer>;

/** A prober opens one connection at a time. The oldest one has to go where there are more: a probe is always let in. */
const MAX_CONNECTIONS = 64;
const MAX_HEADER_BYTES = 8_192;
/** Limit for the head of a request, for a whole request, and for a connection without one, in milliseconds. */
const TIMEOUT_MS = 10_000;

/** A small HTTP server that answers GET and HEAD, and reads nothing of a request except its path and query. */
export class HttpServer {
  readonly #server: Server;
  /** The oldest first. */
  readonly #sockets = new Set<Socket>();

  /** @param routes by path */
  constructor(routes: ReadonlyMap<string, Route>) {
    const settings = {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: TIMEOUT_MS,
      requestTimeout: TIMEOUT_MS,
      keepAliveTimeout: TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_MS / 2,
    };
    this.#server = createServer(settings, async (request, response) => {
      const { status, contentType, text } = await answerTo(request, routes);
      const headers = {
        'content-type': contentType,
        'content-length': Buffer.byteLength(text),
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        ...(status === 405 && { allow: 'GET, HEAD' }),
        // The rest of a body that nobody reads must not be read as the next request.
        ...(hasBody(request) && { connection: 'close' }),
      };
      response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : text);
    });
    this.#server.on('connection', (socket) => this.#admit(socket));
  }

  /**
   * Begins to serve, see {@link listenAt}.
   * @param address `host:port`
   * @returns the port
   */
  async listen(address: string): Promise<number> {
    return listenAt(this.#server, address);
  }

  /** Anybody can hold connections. A limit that refuses the next one would have the kubelet restart the container. */
  #admit(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    const [oldest] = this.#sockets as Iterable<Socket> as [Socket];
    // It closes later than the next one may come.
    if (this.#sockets.size > MAX_CONNECTIONS && this.#sockets.delete(oldest)) oldest.destroy();
  }

  /** Ends all connections at once. */
  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

const plain = (status: number, text: string): Answer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  text: `${text}\n`,
});

async function answerTo(request: IncomingMessage, routes: ReadonlyMap<string, Route>): Promise<Answer> {
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  const route = routes.get(path);
  if (!route) return plain(404, 'not found');
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'method not allowed');
  try {
    return await route(new URLSearchParams(query));
  } catch {
    // The error may name anything, and nobody has authenticated.
    return plain(500, 'internal error');
  }
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
