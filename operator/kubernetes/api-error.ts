/** One of the `details.causes` of a Kubernetes Status. */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

/** The parts of a Kubernetes Status from which an error is made. */
export interface Status {
  /** `Status` if the text came from an API server. */
  readonly kind?: string;
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly StatusCause[]; readonly retryAfterSeconds?: number };
}

/** The API server answered with a refusal. The message names method and path, never a header or a body. */
export class ApiError extends Error {
  override readonly name: string = 'ApiError';
  /** HTTP status. */
  readonly code: number;
  /** Kubernetes' own word, such as `Conflict`; empty if the answer was not a Status. */
  readonly reason: string;
  readonly causes: readonly StatusCause[];
  /** The delay that the server asks for, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(request: string, code: number, status: Status, retryAfterMs?: number) {
    const text = (status.message ?? '').slice(0, 1_000);
    super(`${request}: ${[code, status.reason].filter(Boolean).join(' ')}${text && `: ${text}`}`);
    this.code = code;
    this.reason = status.reason ?? '';
    this.causes = status.details?.causes ?? [];
    this.retryAfterMs = retryAfterMs;
  }
}

/** 404: no such object, namespace or resource. A 404 of a proxy is none. */
export class NotFoundError extends ApiError {
  override readonly name = 'NotFoundError';
}

/** 403: RBAC or an admission plugin says no. */
export class ForbiddenError extends ApiError {
  override readonly name = 'ForbiddenError';
}

/** 409: the object is not in the state that the write was meant for. The caller reads again and decides again. */
export class ConflictError extends ApiError {
  override readonly name = 'ConflictError';
}

/** 409 of a server-side apply without force: another manager owns one of the fields. */
export class FieldConflictError extends ApiError {
  override readonly name = 'FieldConflictError';
}

/** 410: the resourceVersion or continue token is too old for the server to go on from. */
export class ExpiredError extends ApiError {
  override readonly name = 'ExpiredError';
}

/** There was no answer: authentication could not be prepared, the connection failed, or time ran out. */
export class RequestError extends Error {
  override readonly name: string = 'RequestError';
}

/** The answer is longer than anything that the operator keeps in memory. */
export class AnswerTooLargeError extends RequestError {
  override readonly name = 'AnswerTooLargeError';
}

/**
 * The error for an answer that is a refusal.
 * @param request method and path, for the message
 * @param retryAfter the answer's `Retry-After` header, if any
 */
export function apiError(request: string, code: number, status: Status, retryAfter?: string): ApiError {
  const seconds = status.details?.retryAfterSeconds;
  const wait = parseRetryAfter(retryAfter) ?? (seconds === undefined ? undefined : seconds * 1_000);
  return new (errorClass(code, status))(request, code, status, wait);
}

function errorClass(code: number, status: Status): typeof ApiError {
  // A proxy that finds no server, or a firewall, must not look like a Secret that is gone or a right that is missing.
  if (status.kind !== 'Status') return ApiError;
  if (code === 404) return NotFoundError;
  if (code === 403) return ForbiddenError;
  if (code === 410) return ExpiredError;
  if (code !== 409) return ApiError;
  // One conflicting field refuses the whole apply, and it is reported before a stale resourceVersion.
  if (status.details?.causes?.some((cause) => cause.reason === 'FieldManagerConflict'))
    return FieldConflictError;
  return status.reason === 'Conflict' ? ConflictError : ApiError;
}

/** API servers send seconds. A proxy may send a date, which is ignored: the caller's own backoff applies. */
function parseRetryAfter(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : undefined;
}
