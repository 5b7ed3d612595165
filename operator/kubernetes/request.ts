import type { IncomingHttpHeaders } from 'node:http';
import { Deadline } from '../lib/deadline.ts';
import { Limiter } from '../lib/limiter.ts';
import { RequestError } from './api-error.ts';
import { connectionFailure, type Exchange, type Query, refusal, type Transport } from './transport.ts';

/** A request to the API server, answered with JSON. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From `resourcePath`. */
  readonly path: string;
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Default `application/json`. */
  readonly contentType?: string;
  /** Ends the request early; the call then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Does not wait behind other requests: for renewing a lease. */
  readonly urgent?: boolean;
}

/** The API server's answer; the body is its JSON as it came, undefined if there was none. */
export interface ApiResponse<T> {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: T;
}

/**
 * Calls the API server. T is the type that the caller expects of the body; it is not checked.
 * @throws ApiError or one of its subclasses if the server refuses, RequestError if there was no answer in time
 */
export type ApiCall = <T>(request: ApiRequest) => Promise<ApiResponse<T>>;

/**
 * @param timeoutMs limit for one request; it includes reading the answer, but not waiting in line
 * @param maxInFlight how many requests may be under way at once
 */
export function createApiCall(transport: Transport, timeoutMs: number, maxInFlight: number): ApiCall {
  const limiter = new Limiter(maxInFlight);
  return <T>(request: ApiRequest) => {
    const run = (): Promise<ApiResponse<T>> => callOnce<T>(transport, request, timeoutMs);
    return request.urgent ? run() : limiter.run(run);
  };
}

async function callOnce<T>(
  transport: Transport,
  request: ApiRequest,
  timeoutMs: number,
): Promise<ApiResponse<T>> {
  const name = `${request.method} ${request.path}`;
  const late = (): Error => new RequestError(`${name}: no answer within ${timeoutMs} ms`);
  const deadline = new Deadline(timeoutMs, late, request.signal);
  const exchange: Exchange = {
    name,
    method: request.method,
    path: request.path,
    query: request.query,
    contentType: request.contentType,
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    signal: deadline.signal,
  };
  try {
    const answer = await transport(exchange);
    if (answer.statusCode >= 300) throw await refusal(exchange, answer);
    const text = await answer.body.text().catch((error: unknown) => {
      throw connectionFailure(exchange, error);
    });
    return { status: answer.statusCode, headers: answer.headers, body: parse<T>(exchange, text) };
  } finally {
    deadline.dispose();
  }
}

function parse<T>(exchange: Exchange, text: string): T {
  if (text === '') return undefined as T;
  try {
    return JSON.parse(text) as T;
  } catch {
    // Without the cause: its message quotes the text, which may be a Secret.
    throw new RequestError(`${exchange.name}: the answer is not JSON`);
  }
}
