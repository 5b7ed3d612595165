import { redactError } from '../lib/redact.ts';

/**
 * Why Gitee did not do what it was asked for. `refused`: the request itself does not please it. `unavailable`: no answer, or a
 * failure of the server. `unexpected`: the answer is none of Gitee's API.
 */
export type GiteeTrouble =
  | 'unauthorized'
  | 'forbidden'
  | 'missing'
  | 'refused'
  | 'throttled'
  | 'unavailable'
  | 'unexpected';

/** A request that was of no use. */
export interface GiteeFailure {
  readonly ok: false;
  readonly trouble: GiteeTrouble;
  /** Gitee's message or the error of the connection: one line, without any secret of the request. */
  readonly words: string;
  /** How long Gitee asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** The result of one request. */
export type GiteeResult<T> = { readonly ok: true; readonly value: T } | GiteeFailure;

const MAX_WORDS = 200;
/** Nobody waits longer for a hook, whatever the answer says. */
const MAX_RETRY_AFTER_MS = 10 * 60_000;

/** Whether Gitee has certainly done nothing. */
export const isCertain = ({ trouble }: GiteeFailure): boolean =>
  trouble !== 'unavailable' && trouble !== 'unexpected';

/** A failure, with words from outside in one short line. */
export function giteeFailure(trouble: GiteeTrouble, said: unknown, retryAfterMs?: number): GiteeFailure {
  const line = redactError(said);
  const words = line.length <= MAX_WORDS ? line : `${line.slice(0, MAX_WORDS - 1).toWellFormed()}…`;
  return { ok: false, trouble, words, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/**
 * The failure that an answer means.
 * @param status HTTP status, none of 2xx
 * @param body parsed JSON, or undefined if the body is none
 * @param retryAfter the header
 */
export function refusedBy(status: number, body: unknown, retryAfter: unknown): GiteeFailure {
  const trouble = troubleOf(status);
  const message = typeof body === 'object' && body !== null ? Reflect.get(body, 'message') : undefined;
  const redirect = status >= 300 && status < 400 ? ' (redirects are not followed)' : '';
  const words = `HTTP ${status}${typeof message === 'string' && message !== '' ? `: ${message}` : redirect}`;
  const seconds =
    typeof retryAfter === 'string' && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined;
  return giteeFailure(
    trouble,
    words,
    seconds === undefined ? undefined : Math.min(seconds * 1_000, MAX_RETRY_AFTER_MS),
  );
}

function troubleOf(status: number): GiteeTrouble {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'missing';
  if (status === 429) return 'throttled';
  if (status >= 500 || status === 408) return 'unavailable';
  return status >= 400 ? 'refused' : 'unexpected';
}
