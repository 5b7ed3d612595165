import type { Docker } from '../docker/docker.ts';
import { execute } from '../execute.ts';
import type { Image } from './image.ts';

const LOAD_MS = 300_000;

/** Gives docker an image; `tar` and `docker load` work at the same time. */
export async function loadImage({ env }: Docker, image: Image, signal?: AbortSignal): Promise<void> {
  const script = 'tar -C "$1" -cf - . | docker load --quiet';
  await execute('sh', ['-c', script, 'load', image.directory], { env, signal, timeoutMs: LOAD_MS });
}
