import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { mountsBelow } from '../docker/machine.ts';

/**
 * Removes a folder that root has filled, with a system for instance.
 *
 * @throws Error if something is mounted below it, which may be the machine's own
 */
export async function removeTree(path: string): Promise<void> {
  const [mounted] = mountsBelow(readFileSync('/proc/self/mounts', 'utf8'), [path]);
  if (mounted !== undefined)
    throw new Error(`${path} is kept, since ${mounted} is mounted: unmount it first`);
  await rm(path, { recursive: true, force: true });
}
