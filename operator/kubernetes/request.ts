import type { IncomingHttpHeaders } from 'node:http';
import { Deadline } from '../lib/deadline.ts';
import { Limiter } from '../lib/limiter.ts';
import { RequestError } from './api-error.ts';
import { type Fence, NotLeadingError, passFence } from './fence.ts';
import { askedWaitMs, LONGEST_WAIT_MS, retryInMs } from './retry.ts';
import type { Throttle, Waiting } from './throttle.ts';
import { type Exchange, type Query, readText, refusal, type Transport } from './transport.ts';

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
  /** The form of the answer; default: JSON of the whole objects. */
  readonly accept?: string | undefined;
  /** Ends the request early; the call then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Waits for nothing, neither for other requests nor for a busy server: for renewing a lease. */
  readonly urgent?: boolean;
  /** The request is only sent while the fence lets it pass; the call then rejects with a NotLeadingError. */
  readonly fence?: Fence;
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

/** The limits of a connection's requests. */
export interface RequestLimits {
  /** For one attempt, in milliseconds; it includes reading the answer, but not waiting in line. */
  readonly timeoutMs: number;
  /** How many requests may be under way at once. */
  readonly maxInFlight: number;
  readonly throttle: Throttle;
  /** In milliseconds, only ever forward. */
  readonly clock: () => number;
}

/** Requests wait in line, then for their turn, and are sent again if a busy server asks for that; see retry.ts. */
export function createApiCall(transport: Transport, limits: RequestLimits): ApiCall {
  const { timeoutMs, maxInFlight, throttle, clock } = limits;
  const limiter = new Limiter(maxInFlight);
  const attempt = <T>(request: ApiRequest): Promise<ApiResponse<T>> => {
    const run = (): Promise<ApiResponse<T>> => callOnce<T>(transport, request, timeoutMs);
    if (request.urgent) return run();
    return limiter.run(async () => {
      await throttle.turn(waitingOf(request));
      return run();
    }, request.signal);
  };
  return async <T>(request: ApiRequest) => {
    const begun = clock();
    for (let count = 1; ; count += 1) {
      try {
        return await attempt<T>(request);
      } catch (error) {
        // A server that refuses only this request again and again does not hold up the others for ever.
        if (count === 1) throttle.holdOff(Math.min(askedWaitMs(error) ?? 0, LONGEST_WAIT_MS));
        const waitMs = retryInMs(error, { count, elapsedMs: clock() - begun });
        if (waitMs === undefined || (request.urgent && waitMs > 0)) throw error;
        // The place in line is free meanwhile.
        await throttle.pause(waitMs, waitingOf(request));
      }
    }
  };
}

/** A write that has lost its permission does not wait for anything. */
function waitingOf({ method, path, signal, fence }: ApiRequest): Waiting {
  return { signal, check: fence && (() => void passFence(fence, `${method} ${path}`)) };
}

/**
 * The same calls, but every write has to pass the fence. The fence is asked when the bytes of the request leave, and not
 * only when the caller asks for the write: a request can wait in line, for a token or for a connection, and a paused
 * process does not notice how long. A write that has no answer when the time is over is given up, here and, by the
 * `timeout` parameter, on the API server.
 *
 * A write that passes can still arrive late, since a network can hold it. Each write therefore also names the
 * resourceVersion that it replaces.
 */
export function fenced(request: ApiCall, fence: Fence): ApiCall {
  return (call) => request(call.method === 'GET' ? call : { ...call, fence });
}

async function callOnce<T>(
  transport: Transport,
  request: ApiRequest,
  timeoutMs: number,
): Promise<ApiResponse<T>> {
  const name = `${request.method} ${request.path}`;
  const { fence } = request;
  const leftMs = fence ? passFence(fence, name) : Number.POSITIVE_INFINITY;
  const limitMs = Math.ceil(Math.min(timeoutMs, leftMs));
  // A Lease that was renewed meanwhile is not the cause: the server is slow, and somebody has to hear of that.
  const late = (): Error =>
    fence && fence.leftMs() <= 0
      ? new NotLeadingError(`${name}: no answer before this replica lost the Lease`)
      : new RequestError(`${name}: no answer within ${limitMs} ms`);
  const deadline = new Deadline(limitMs, late, request.signal);
  const exchange: Exchange = {
    name,
    method: request.method,
    path: request.path,
    // The server gives the request up, too.
    query: fence ? { ...request.query, timeout: `${limitMs}ms` } : request.query,
    contentType: request.contentType,
    accept: request.accept,
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    signal: deadline.signal,
    fence,
  };
  try {
    const answer = await transport(exchange);
    if (answer.statusCode >= 300) throw await refusal(exchange, answer);
    const text = await readText(exchange, answer.body);
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
