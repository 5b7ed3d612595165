import { Deadline } from '../lib/deadline.ts';
import { apiError, RequestError, type Status } from './api-error.ts';
import type { KubernetesObject } from './objects.ts';
import { askedWaitMs, LONGEST_WAIT_MS } from './retry.ts';
import type { Throttle } from './throttle.ts';
import { connectionFailure, type Exchange, type Query, refusal, type Transport } from './transport.ts';

/** One line of a watch. A BOOKMARK's object holds nothing but a resourceVersion. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubernetesObject;
}

export interface WatchOptions {
  /** Ends the watch; the stream then throws the signal's reason. */
  readonly signal: AbortSignal;
  /** How long the stream may be silent before it counts as dead, in milliseconds. */
  readonly idleTimeoutMs: number;
  /** The form of the objects; absent: JSON of the whole objects. */
  readonly accept?: string | undefined;
}

/**
 * No event came for too long: the connection is dead, or there was no event to send. The caller goes on from the last
 * event.
 */
export class WatchIdleError extends Error {
  override readonly name = 'WatchIdleError';
}

/**
 * Opens a watch; resolves when the server has accepted it. The stream must be consumed. It ends when the server ends
 * it. It throws WatchIdleError, RequestError if the connection breaks, or ApiError for an ERROR event. The opening
 * itself rejects with the same errors as a request.
 */
export type OpenWatch = (
  path: string,
  query: Query,
  options: WatchOptions,
) => Promise<AsyncIterable<WatchEvent>>;

/** @param openTimeoutMs limit for the server's acceptance, once the watch has had its turn */
export function createOpenWatch(transport: Transport, openTimeoutMs: number, throttle: Throttle): OpenWatch {
  return async (path, query, { signal, idleTimeoutMs, accept }) => {
    const name = `WATCH ${path}`;
    await throttle.turn({ signal });
    const late = (): Error => new RequestError(`${name}: no answer within ${openTimeoutMs} ms`);
    const deadline = new Deadline(openTimeoutMs, late, signal);
    const exchange: Exchange = {
      name,
      method: 'GET',
      path,
      query: { ...query, watch: true },
      accept,
      signal: deadline.signal,
    };
    try {
      const answer = await transport(exchange);
      if (answer.statusCode !== 200) throw await refusal(exchange, answer);
      deadline.replace(idleTimeoutMs, () => new WatchIdleError(`${name}: silent for ${idleTimeoutMs} ms`));
      return events(exchange, answer.body, deadline);
    } catch (error) {
      deadline.dispose();
      throttle.holdOff(Math.min(askedWaitMs(error) ?? 0, LONGEST_WAIT_MS));
      throw error;
    }
  };
}

/** In characters. A single object has 3 MiB at most. */
const MAX_EVENT_LENGTH = 32 * 2 ** 20;

async function* events(
  exchange: Exchange,
  body: AsyncIterable<Uint8Array>,
  deadline: Deadline,
): AsyncGenerator<WatchEvent> {
  try {
    for await (const line of lines(exchange, body, deadline)) yield parseEvent(exchange, line);
  } finally {
    deadline.dispose();
  }
}

/**
 * Text between newlines. The rest after the last newline is dropped: an event that was cut off comes again on
 * resuming.
 */
async function* lines(
  exchange: Exchange,
  body: AsyncIterable<Uint8Array>,
  deadline: Deadline,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  // An event of a full ConfigMap comes in a hundred chunks: they are joined once.
  let pieces: string[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      deadline.refresh();
      const [end = '', ...begun] = decoder.decode(chunk, { stream: true }).split('\n');
      pieces.push(end);
      length = begun.length === 0 ? length + end.length : (begun.at(-1)?.length ?? 0);
      if (length > MAX_EVENT_LENGTH) throw new Error('the watch sent an event that is too large');
      for (const piece of begun) {
        const line = pieces.join('');
        pieces = [piece];
        if (line !== '') yield line;
      }
    }
  } catch (error) {
    throw connectionFailure(exchange, error);
  }
}

function parseEvent(exchange: Exchange, line: string): WatchEvent {
  let event: { type?: unknown; object?: { metadata?: { resourceVersion?: unknown } } & Status } | null;
  try {
    event = JSON.parse(line);
  } catch {
    // Without the cause: its message quotes the line, which may be a Secret.
    throw new RequestError(`${exchange.name}: the watch sent text that is not JSON`);
  }
  if (event?.type === 'ERROR') throw apiError(exchange.name, event.object?.code ?? 500, event.object ?? {});
  if (typeof event?.object?.metadata?.resourceVersion !== 'string') {
    throw new RequestError(`${exchange.name}: the watch sent an event without an object`);
  }
  return event as WatchEvent;
}
