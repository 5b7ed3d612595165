import type { IncomingHttpHeaders } from 'node:http';

/** A custom robot as its group's owner sets it up. All of the security settings that are given have to be met. */
export interface RobotOptions {
  /** The `access_token` of its webhook URL. */
  readonly token: string;
  /** Signing secret (`SEC…`): messages have to be signed. */
  readonly secret?: string;
  /** A message has to contain one of these. */
  readonly keywords?: readonly string[];
  /** Senders' IPv4 addresses or CIDR ranges. A test sends from 127.0.0.1. */
  readonly allowedIps?: readonly string[];
}

/** What may become of a robot: switched off by an administrator, deleted from its group, its group dissolved. */
export type RobotState = 'active' | 'disabled' | 'removed' | 'group-dissolved';

/** What DingTalk answers; its throttle adds fields of its own. */
export interface Answer {
  readonly errcode: number;
  readonly errmsg: string;
  readonly [field: string]: unknown;
}

/**
 * What the robot's secret says to `timestamp` and `sign` of the query. `expired` means more than an hour away from now,
 * whatever the sign. A robot without a secret can confirm nothing: `invalid` if there is a signature all the same.
 */
export type SignatureState = 'valid' | 'invalid' | 'expired' | 'absent';

/**
 * What stands between a sender and a robot: `silence` never answers, `reset` breaks the connection off, and `page` is the HTML of a
 * proxy, which names the URL. An answer is given to every request, as it is.
 */
export type Obstacle = 'silence' | 'reset' | 'page' | Answer;

/** A request as it came in. */
export interface IncomingRequest {
  /** When, in milliseconds since the epoch, by the fake's own clock. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** Decoded once; the first value where a name is repeated. */
  readonly query: Readonly<Record<string, string>>;
  /** Names that are in the query more than once. */
  readonly repeated: readonly string[];
  /** `access_token` of the query. */
  readonly token: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly contentType: string | undefined;
  readonly remoteAddress: string;
  readonly rawBody: string;
  /** Length of the body in bytes, which is what DingTalk limits. */
  readonly size: number;
  /** The body as JSON; undefined if it is none. */
  readonly body: unknown;
}

/** A request together with what it was answered. It was delivered to the group only if `errcode` is 0. */
export interface Delivery extends IncomingRequest {
  readonly errcode: number;
  readonly errmsg: string;
  readonly signature: SignatureState;
}
