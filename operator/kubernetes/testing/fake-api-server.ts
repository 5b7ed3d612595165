import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** A request as the server got it. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Common name of the client's certificate, if the client sent one. */
  readonly clientName?: string | undefined;
}

export type Handler = (request: ReceivedRequest, response: ServerResponse) => void;

/** An HTTP or HTTPS server in this process that answers as a test defines, faults included. */
export class FakeApiServer {
  /** All requests in order of arrival. */
  readonly requests: ReceivedRequest[] = [];
  /** Connections accepted so far. */
  connections = 0;
  readonly #server: Server & { closeAllConnections(): void };
  readonly #scheme: string;

  private constructor(server: Server & { closeAllConnections(): void }, scheme: string) {
    this.#server = server;
    this.#scheme = scheme;
    server.on(scheme === 'https' ? 'secureConnection' : 'connection', () => {
      this.connections += 1;
    });
  }

  static async start(handler: Handler, tls?: ServerOptions): Promise<FakeApiServer> {
    const listener: RequestListener = (message, response) => {
      const chunks: Buffer[] = [];
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.on('end', () => {
        const request = received(message, Buffer.concat(chunks).toString());
        fake.requests.push(request);
        handler(request, response);
      });
    };
    const server = tls ? createTlsServer(tls, listener) : createServer(listener);
    const fake = new FakeApiServer(server, tls ? 'https' : 'http');
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Breaks all connections and stops listening. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}

/** Answers with JSON. */
export function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** A Kubernetes Status that refuses. */
export function refuse(response: ServerResponse, code: number, reason: string, extra: object = {}): void {
  answer(response, code, {
    kind: 'Status',
    status: 'Failure',
    code,
    reason,
    message: `because ${reason}`,
    ...extra,
  });
}

function received(message: IncomingMessage, body: string): ReceivedRequest {
  const url = new URL(message.url ?? '/', 'http://fake');
  const certificate = (message.socket as Partial<TLSSocket>).getPeerCertificate?.();
  return {
    method: message.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: message.headers,
    body,
    clientName: certificate?.subject?.CN as string | undefined,
  };
}
