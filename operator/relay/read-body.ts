import type { IncomingMessage } from 'node:http';

/** An Application with two thousand resources has half a megabyte. */
export const MAX_POST_BYTES = 2 * 2 ** 20;

/**
 * Reads the body of a request, within the limits of bytes and time.
 * @returns the body, or the status of the refusal
 */
export async function readBody(request: IncomingMessage, timeoutMs: number): Promise<Buffer | 408 | 413> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_POST_BYTES) return 413;
  const { promise, resolve } = Promise.withResolvers<Buffer | 408 | 413>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  const take = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > MAX_POST_BYTES) resolve(413);
    else chunks.push(chunk);
  };
  const timer = setTimeout(resolve, timeoutMs, 408);
  request.on('data', take);
  request.once('end', () => resolve(Buffer.concat(chunks, bytes)));
  // A connection that breaks off gets no answer any more.
  request.once('error', () => resolve(408));
  request.once('close', () => resolve(408));
  const body = await promise;
  clearTimeout(timer);
  request.off('data', take);
  if (typeof body === 'number') request.pause();
  return body;
}
