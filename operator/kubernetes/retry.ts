import { ApiError } from './api-error.ts';

/** Longest wait that a request does for a server. A caller that gets the error may wait for longer. */
export const LONGEST_WAIT_MS = 15_000;
/** Longest time from the first attempt to the begin of the last one: a pod that is told to end has thirty seconds. */
const OVERALL_MS = 20_000;
const MAX_ATTEMPTS = 10;

/** The attempts at one request so far. */
export interface Attempts {
  readonly count: number;
  /** Since the first attempt began. */
  readonly elapsedMs: number;
}

/**
 * How long to wait before the request is sent again, in milliseconds; undefined: not again.
 *
 * A 429 was not executed, and neither was a 503 of a server that names a time. So the request can be repeated, whatever
 * it does. A 401 is answered once with credentials that are read anew, since a token may just have been rotated.
 */
export function retryInMs(error: unknown, { count, elapsedMs }: Attempts): number | undefined {
  if (!(error instanceof ApiError)) return undefined;
  if (error.code === 401) return count === 1 ? 0 : undefined;
  const waitMs = askedWaitMs(error);
  if (waitMs === undefined || waitMs > LONGEST_WAIT_MS) return undefined;
  if (count >= MAX_ATTEMPTS || elapsedMs + waitMs > OVERALL_MS) return undefined;
  return waitMs;
}

/** The wait that a busy server asks for, in milliseconds; undefined if the error is not of that kind. */
export function askedWaitMs(error: unknown): number | undefined {
  const isBusy = error instanceof ApiError && (error.code === 429 || error.code === 503);
  return isBusy ? error.retryAfterMs : undefined;
}
