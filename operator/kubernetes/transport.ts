import { type Dispatcher, request as undiciRequest } from 'undici';
import { abortable } from '../lib/deadline.ts';
import { type ApiError, apiError, RequestError, type Status } from './api-error.ts';
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
  /** Ends the exchange, the body of the answer included. */
  readonly signal: AbortSignal;
}

/** The parts that the exchanges of one connection share. */
export interface TransportOptions {
  /** Base URL of the API server, without a slash at its end. */
  readonly server: string;
  readonly authenticate: () => Promise<Authentication>;
  readonly onServerTime: (sample: ServerTimeSample) => void;
  /** Local wall clock, in milliseconds. */
  readonly now: () => number;
  readonly userAgent: string;
}

/**
 * Sends a request; resolves when the head of an answer is there, whatever its status. Rejects with a RequestError.
 */
export type Transport = (exchange: Exchange) => Promise<Dispatcher.ResponseData>;

export function createTransport(options: TransportOptions): Transport {
  return async (exchange) => {
    const { signal } = exchange;
    const { headers, dispatcher } = await authenticated(options, exchange);
    const url = new URL(options.server + exchange.path);
    for (const [name, value] of Object.entries(exchange.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, `${value}`);
    }
    const sentAt = options.now();
    const answer = await undiciRequest(url, {
      dispatcher,
      method: exchange.method,
      headers: {
        ...headers,
        accept: 'application/json',
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
    const serverTime = Date.parse(`${answer.headers.date}`);
    if (!Number.isNaN(serverTime)) options.onServerTime({ serverTime, sentAt, receivedAt: options.now() });
    return answer;
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
  const text = error instanceof Error ? error.message : 'unknown error';
  return new RequestError(`${exchange.name}: ${text}`, { cause: error });
}

/** Reads an answer that is a refusal and makes the error for it. */
export async function refusal(exchange: Exchange, answer: Dispatcher.ResponseData): Promise<ApiError> {
  const text = await answer.body.text().catch((error: unknown) => {
    throw connectionFailure(exchange, error);
  });
  const retryAfter = answer.headers['retry-after'];
  return apiError(
    exchange.name,
    answer.statusCode,
    parseStatus(text),
    Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
  );
}

/** A proxy before the API server answers in its own words: then the text is the message. */
function parseStatus(text: string): Status {
  try {
    const answer: (Status & { readonly kind?: string }) | null = JSON.parse(text);
    if (answer?.kind === 'Status') return answer;
  } catch {
    // Text that is not JSON is treated like JSON that is not a Status.
  }
  return { message: text.slice(0, 200) };
}
