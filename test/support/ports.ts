import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

const ATTEMPTS = 3;
const COLLISION = /address already in use|EADDRINUSE/;

/**
 * Finds loopback TCP ports that nobody listens on now, all different.
 *
 * Between this call and their use somebody else may take one: see {@link retryOnPortCollision}.
 */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  try {
    await Promise.all(servers.map((server) => once(server.listen(0, '127.0.0.1'), 'listening')));
    return servers.map((server) => (server.address() as AddressInfo).port);
  } finally {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

/**
 * Runs `start`, and again, at most three times in all, if it fails because somebody took one of its ports first.
 * `start` has to choose new ports each time and to leave nothing behind when it fails.
 *
 * @throws what `start` throws, if it is something else or for the third time.
 */
export async function retryOnPortCollision<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof Error) || !COLLISION.test(error.message)) throw error;
    }
  }
}
