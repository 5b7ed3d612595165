import type { DingTalkClient } from '../dingtalk/client.ts';
import type { Credential } from '../dingtalk/credential.ts';
import type { DeliveryOutcome } from '../dingtalk/outcome.ts';
import type { Log } from '../lib/log.ts';
import type { Audience } from '../message/event-message.ts';
import type { Ending, MovedMessage, RelayStore, RequestClaim } from './model.ts';
import type { QuietHours } from './quiet-hours.ts';

/**
 * A robot's credentials, or the reason why there are none now; unknown where the Secret could not be read. The message has no value of
 * a Secret.
 */
export type CredentialAnswer =
  | { readonly credential: Credential }
  | { readonly refusal: { readonly message: string; readonly isUnknown?: boolean } };

/** A request that has ended, for metrics. */
export interface EndedRequest {
  readonly claim: RequestClaim;
  readonly outcome: DeliveryOutcome;
  readonly ending: Ending['kind'];
  /** From the beginning of the request to its end, in milliseconds. */
  readonly durationMs: number;
}

export interface SenderOptions {
  readonly store: RelayStore;
  /** This replica, for its claims. A claim has to last for 20 seconds at least. */
  readonly owner: string;
  /** @param refresh whether to read the Secret again at once */
  readonly credentialOf: (robot: string, options: { readonly refresh: boolean }) => Promise<CredentialAnswer>;
  /** Its time-out has to be 5 seconds or less. */
  readonly client: Pick<DingTalkClient, 'send'>;
  /** The language, time zone and keywords of a robot's group; undefined if no route names the robot. */
  readonly audienceOf: (robot: string) => Audience | undefined;
  /** The quiet hours of a robot's group; undefined if it has none. */
  readonly quietHoursOf?: (robot: string) => QuietHours | undefined;
  /** Another robot of the same group that works, for a message that a robot cannot send; undefined if there is none. */
  readonly otherMember?: (robot: string, message: MovedMessage) => string | undefined;
  /** How many posts of Argo CD wait for their answers now: while there are many, few requests begin. Absent: none. */
  readonly postsUnderWay?: () => number;
  /** Older messages are not sent. */
  readonly maxEventAgeMs: number;
  /** Local wall clock, in milliseconds since 1970: the store's time. */
  readonly now: () => number;
  /** A better clock for signatures, if there is one. */
  readonly serverTime?: () => Date;
  /** Resolves after so many milliseconds, by a clock that nobody sets; rejects when the signal fires. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: Log;
  /** Called after each request that the store has recorded. */
  readonly onEnded?: (ended: EndedRequest) => void;
}
