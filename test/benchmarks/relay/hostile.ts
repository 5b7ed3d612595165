import { connect, type Socket } from 'node:net';
import { CAPABILITY } from '../../support/relay-stage.ts';

/** A connection that was closed comes again after this time. */
const AGAIN_MS = 200;
const DRIP_MS = 500;

const head = (token: string, length: number): string =>
  `POST /v1/argocd HTTP/1.1\r\nhost: relay\r\nauthorization: Bearer ${token}\r\ncontent-length: ${length}\r\n\r\n`;

/** What the connections do, by turns. The last two know the capability. */
const KINDS: readonly ((socket: Socket) => void)[] = [
  (socket) => socket.write('POST /v1/argocd HTTP/1.1\r\nhost: relay\r\n'),
  (socket) => socket.write(`${head('wrong', 2)}{}`),
  (socket) => socket.write(`${head('wrong', 3_000_000)}${'x'.repeat(10_000)}`),
  (socket) => socket.write(head(CAPABILITY, 3_000_000)),
  (socket) => socket.write(`${head(CAPABILITY, 20)}${'{'.repeat(20)}`),
];

/** Connections that are slow, wrong, malformed or too large, each again and again. */
export class HostileConnections implements Disposable {
  readonly #sockets = new Set<Socket>();
  readonly #port: number;
  #isClosed = false;

  constructor(port: number, count: number) {
    this.#port = port;
    for (let index = 0; index < count; index++) this.#open(index);
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  #open(index: number): void {
    if (this.#isClosed) return;
    const socket = connect(this.#port, '127.0.0.1');
    this.#sockets.add(socket);
    const timer = setInterval(
      () => socket.writable && index % KINDS.length === 0 && socket.write('x: y\r\n'),
      DRIP_MS,
    );
    socket.once('connect', () => KINDS[index % KINDS.length]?.(socket));
    socket.on('data', () => socket.end());
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      clearInterval(timer);
      this.#sockets.delete(socket);
      setTimeout(() => this.#open(index), AGAIN_MS);
    });
  }
}
