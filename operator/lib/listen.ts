import type { Server } from 'node:http';

/**
 * Has a server begin to serve at `host:port`; an IPv6 address is in brackets.
 * @returns the port, which the system chooses if `address` says 0
 * @throws Error if the address is in use or not one of this machine
 */
export async function listenAt(server: Server, address: string): Promise<number> {
  const separator = address.lastIndexOf(':');
  const host = address.slice(0, separator).replace(/^\[(.*)\]$/, '$1');
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(Number(address.slice(separator + 1)), host, resolve);
  await promise;
  server.removeListener('error', reject);
  const bound = server.address();
  return typeof bound === 'object' && bound ? bound.port : 0;
}
