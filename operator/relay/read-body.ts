import type { IncomingMessage } from 'node:http';

/**
 * Reads the body of a request, within the limits of bytes and time.
 * @returns the body, or the status of the refusal
 */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  timeoutMs: number,
): Promise<Buffer | 408 | 413> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return 413;
  // It broke off while it waited for its turn.
  if (request.destroyed) return 408;
  const { promise, resolve } = Promise.withResolvers<Buffer | 408 | 413>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  const take = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > maxBytes) resolve(413);
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
