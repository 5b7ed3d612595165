import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePorts, retryOnPortCollision } from './ports.ts';

describe('freePorts', () => {
  it('gives different ports that can be listened on', async () => {
    const ports = await freePorts(20);
    expect(new Set(ports).size).toBe(20);
    await using server = createServer();
    const listening = Promise.withResolvers<void>();
    server.once('error', listening.reject).listen(ports[0], '127.0.0.1', listening.resolve);
    await listening.promise;
  });
});

describe('retryOnPortCollision', () => {
  const collision = new Error('listen tcp 127.0.0.1:2379: bind: address already in use');

  it('tries three times', async () => {
    let attempts = 0;
    const start = async (): Promise<number> => {
      attempts += 1;
      if (attempts < 3) throw collision;
      return attempts;
    };
    expect(await retryOnPortCollision(start)).toBe(3);
  });

  it.each([
    [collision, 3],
    [new Error('no such file'), 1],
  ])('gives up for good with "%s" after %d', async (error, expected) => {
    let attempts = 0;
    const start = async (): Promise<never> => {
      attempts += 1;
      throw error;
    };
    await expect(retryOnPortCollision(start)).rejects.toBe(error);
    expect(attempts).toBe(expected);
  });
});
