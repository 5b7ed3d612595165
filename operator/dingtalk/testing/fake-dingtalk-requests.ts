import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { IncomingRequest } from './fake-dingtalk-types.ts';

/** Reads a request to its end. `at` is the time it counts for, in milliseconds. */
export async function readRequest(message: IncomingMessage, at: number): Promise<IncomingRequest> {
  const bytes = await buffer(message);
  const url = new URL(message.url ?? '/', 'https://fake.invalid');
  const names = [...url.searchParams.keys()];
  const query = Object.fromEntries(names.map((name) => [name, url.searchParams.get(name) ?? '']));
  return {
    at,
    method: message.method ?? '',
    path: url.pathname,
    query,
    repeated: names.filter((name, index) => names.indexOf(name) !== index),
    token: query.access_token,
    headers: message.headers,
    contentType: message.headers['content-type'],
    remoteAddress: (message.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
    rawBody: bytes.toString('utf8'),
    size: bytes.length,
    body: parseJson(bytes),
  };
}

/** JSON in correct UTF-8, or undefined: a body that is neither is one of the things the fake is there to refuse. */
function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
