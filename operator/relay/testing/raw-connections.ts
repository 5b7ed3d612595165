import { connect, type Socket } from 'node:net';

/** The head of a request of these lines. */
export const head = (...lines: string[]): string => [...lines, '', ''].join('\r\n');

/** Connections to a server on this machine that send what a test likes. */
export class RawConnections {
  readonly #sockets: Socket[] = [];

  /** A connection that sends this text, and then what the test likes. */
  open(port: number, text: string): Socket {
    const socket = connect(port, '127.0.0.1');
    // A refusal may reset it.
    socket.on('error', () => undefined);
    this.#sockets.push(socket);
    socket.write(text);
    return socket;
  }

  /** Breaks off all of them. */
  destroy(): void {
    for (const socket of this.#sockets.splice(0)) socket.destroy();
  }
}
