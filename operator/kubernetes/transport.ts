import { type Dispatcher, request as undiciRequest } from 'undici';
import { abortable } from '../lib/deadline.ts';
import { AnswerTooLargeError, type ApiError, apiError, RequestError, type Status } from './api-error.ts';
import { type Fence, fencedDispatcher, NotLeadingError } from './fence.ts';
import type { Authentication } from './pooled-kube-config.ts';
import type { ServerTimeSample } from './server-clock.ts';

/** Values of a query string; undefined values are skipped. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** One HTTP exchange with the API server. */
export interface Exchange {
  /**
   * The name of the exchange in errors, such as `GET /api/v1/secrets`. The query is not part of it, since it may hold
   * a whole page token.
   */
  readonly name: string;
  readonly method: Dispatcher.HttpMethod;
  /** Absolute path on the API server, already encoded. */
  readonly path: string;
  readonly query?: Query | undefined;
  /** Already serialized. */
  readonly body?: string | undefined;
  readonly contentType?: string | undefined;
  /** The form of the answer; absent: JSON of the whole objects. */
  readonly accept?: string | undefined;
  /** Ends the exchange, the body of the answer included. */
  readonly signal: AbortSignal;
  /** Asked immediately before the request leaves. */
  readonly fence?: Fence | undefined;
}

/** The parts that the exchanges of one connection share. */
export interface TransportOptions {
  /** Base URL of the API server, without a slash at its end. */
  readonly server: string;
  readonly authenticate: () => Promise<Authentication>;
  /** Called when the server does not accept the credentials, before the caller learns it. */
  readonly onUnauthorized: () => void;
  readonly onServerTime: (sample: ServerTimeSample) => void;
  /** Local wall clock, in milliseconds. */
  readonly now: () => number;
  readonly userAgent: string;
  /**
   * Called when the head of an answer is there, or when there is no answer.
   * @param verb the method, or `WATCH`
   * @param code the HTTP status; undefined without an answer
   */
  readonly onRequest?: ((verb: string, code: number | undefined) => void) | undefined;
}

/**
 * Sends a request; resolves when the head of an answer is there, whatever its status. Rejects with a RequestError.
 */
export type Transport = (exchange: Exchange) => Promise<Dispatcher.ResponseData>;

export function createTransport(options: TransportOptions): Transport {
  const send: Transport = async (exchange) => {
    const { signal, fence, name: exchangeName } = exchange;
    const { headers, dispatcher } = await authenticated(options, exchange);
    const url = new URL(options.server + exchange.path);
    for (const [name, value] of Object.entries(exchange.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, `${value}`);
    }
    const sentAt = options.now();
    const answer = await undiciRequest(url, {
      dispatcher: fence ? fencedDispatcher(dispatcher, fence, exchangeName) : dispatcher,
      method: exchange.method,
      headers: {
        ...headers,
        accept: exchange.accept ?? 'application/json',
        'user-agent': options.userAgent,
        ...(exchange.body === undefined
          ? {}
          : { 'content-type': exchange.contentType ?? 'application/json' }),
      },
      ...(exchange.body === undefined ? {} : { body: exchange.body }),
      signal,
      // The signal limits the time; undici's own limits are coarse and would only hide the cause.
      headersTimeout: 0,
      bodyTimeout: 0,
    }).catch((error: unknown) => {
      throw connectionFailure(exchange, error);
    });
    if (answer.statusCode === 401) options.onUnauthorized();
    const serverTime = Date.parse(`${answer.headers.date}`);
    if (!Number.isNaN(serverTime)) options.onServerTime({ serverTime, sentAt, receivedAt: options.now() });
    return answer;
  };
  return async (exchange) => {
    const verb = exchange.query?.watch === true ? 'WATCH' : exchange.method;
    let code: number | undefined;
    try {
      const answer = await send(exchange);
      code = answer.statusCode;
      return answer;
    } finally {
      options.onRequest?.(verb, code);
    }
  };
}

async function authenticated(options: TransportOptions, exchange: Exchange): Promise<Authentication> {
  try {
    return await abortable(options.authenticate(), exchange.signal);
  } catch (error) {
    if (exchange.signal.aborted) throw exchange.signal.reason;
    // The SyntaxError quotes a plugin's answer that is not JSON, and the answer may well hold a token.
    const cause = error instanceof SyntaxError ? undefined : error;
    throw new RequestError(`${exchange.name}: cannot authenticate`, { cause });
  }
}

/** The signal's reason if it ended the exchange, else a RequestError with the connection's error as its cause. */
export function connectionFailure(exchange: Exchange, error: unknown): unknown {
  if (exchange.signal.aborted) return exchange.signal.reason;
  if (error instanceof NotLeadingError) return error;
  const text = error instanceof Error ? error.message : 'unknown error';
  return new RequestError(`${exchange.name}: ${text}`, { cause: error });
}

/** Longest answer, in bytes: a page of five hundred objects of 64 KiB each. A single object has 3 MiB at most. */
const MAX_ANSWER_BYTES = 32 * 2 ** 20;

/**
 * The text of an answer.
 * @throws AnswerTooLargeError, RequestError or the exchange's reason to end
 */
export async function readText(exchange: Exchange, body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of body) {
      bytes += piece.length;
      if (bytes > MAX_ANSWER_BYTES)
        throw new AnswerTooLargeError(`${exchange.name}: the answer is too large`);
      pieces.push(piece);
    }
  } catch (error) {
    throw error instanceof AnswerTooLargeError ? error : connectionFailure(exchange, error);
  }
  return Buffer.concat(pieces).toString();
}

/** Reads an answer that is a refusal and makes the error for it. */
export async function refusal(exchange: Exchange, answer: Dispatcher.ResponseData): Promise<ApiError> {
  const text = await readText(exchange, answer.body);
  const retryAfter = answer.headers['retry-after'];
  return apiError(
    exchange.name,
    answer.statusCode,
    isNoSuchKind(answer, text) ? NO_SUCH_KIND : parseStatus(text),
    Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
  );
}

const NO_SUCH_KIND: Status = { kind: 'Status', reason: 'NotFound', message: 'there is no such kind' };

/** An API server does not say this as a Status. A proxy that is written in Go says the same, without an audit ID. */
const isNoSuchKind = ({ statusCode, headers }: Dispatcher.ResponseData, text: string): boolean =>
  statusCode === 404 && headers['audit-id'] !== undefined && text.startsWith('404 page not found');

/** A proxy before the API server answers in its own words: then the text is the message. */
function parseStatus(text: string): Status {
  try {
    const answer: Status | null = JSON.parse(text);
    if (answer?.kind === 'Status') return answer;
  } catch {
    // Text that is not JSON is treated like JSON that is not a Status.
  }
  return { message: text.slice(0, 200) };
}
