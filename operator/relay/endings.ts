import type { DeliveryReason } from '../dingtalk/explanations.ts';
import type { DeliveryOutcome } from '../dingtalk/outcome.ts';
import type { Ending, RequestClaim } from './model.ts';

/**
 * Whom an outcome concerns. `time`: the same message may be accepted later. `throttle`: the robot gets nothing for ten minutes.
 * `robot`: every message of the robot would have the same outcome. `message`: another message may be accepted.
 */
export type Concern = 'none' | 'time' | 'throttle' | 'robot' | 'message';

const CONCERNS: ReadonlyMap<DeliveryReason, Concern> = new Map(
  Object.entries({
    Delivering: 'none',
    KeywordMissing: 'robot',
    SignatureRejected: 'robot',
    TimestampRejected: 'robot',
    IPNotAllowed: 'robot',
    SecurityRejected: 'robot',
    TokenUnknown: 'robot',
    GroupDisbanded: 'robot',
    RobotDisabled: 'robot',
    RobotRemoved: 'robot',
    Throttled: 'throttle',
    QuotaExceeded: 'throttle',
    DingTalkBusy: 'time',
    RequestRefused: 'robot',
    MessageRefused: 'message',
    MessageTooLong: 'message',
    ContentRefused: 'message',
    DingTalkRefused: 'message',
    MessageExpired: 'message',
    Unreachable: 'time',
    CredentialsUnreadable: 'time',
    CertificateNotTrusted: 'robot',
    UnexpectedAnswer: 'robot',
  } satisfies Record<DeliveryReason, Concern>) as [DeliveryReason, Concern][],
);

/** Whom an outcome concerns. An answer that is not DingTalk's may be the failure of a server in between, which passes. */
export function concernOf({ reason, class: outcomeClass }: DeliveryOutcome): Concern {
  const concern = CONCERNS.get(reason) ?? 'message';
  if (outcomeClass === 'ok') return 'none';
  return outcomeClass === 'retry' && concern !== 'throttle' ? 'time' : concern;
}

/** DingTalk refuses a robot that was throttled for so long. */
const SILENCE_MS = 10 * 60_000;
/** The pauses between attempts: 1 s, 2 s, 4 s … 5 min. */
const BACKOFF = { initialMs: 1_000, maxMs: 5 * 60_000 } as const;
/** The second attempt after a change, of the message or of the credentials. */
const SOON_MS = 1_000;

/** What an ending depends on, beside the outcome. */
export interface EndingFacts {
  readonly now: number;
  /** Uniform in [0, 1). */
  readonly random: number;
  /** Whether the message was sent with credentials that were read since the robot began to be refused. */
  readonly isReread: boolean;
  /** Whether the message was cut, because DingTalk had called it too long. */
  readonly isShortened: boolean;
}

/** The ending of a request. Dead is only what neither time nor new credentials nor a shorter text can help. */
export function endingOf(claim: RequestClaim, outcome: DeliveryOutcome, facts: EndingFacts): Ending {
  const { now, random, isReread, isShortened } = facts;
  switch (concernOf(outcome)) {
    case 'none':
      return { kind: 'sent', outcome };
    case 'time':
      return { kind: 'again', outcome, notBefore: now + pauseMs(claim, random) };
    case 'throttle':
      return { kind: 'again', outcome, notBefore: now + SILENCE_MS, silentUntil: now + SILENCE_MS };
    case 'robot':
      return isReread ? { kind: 'dead', outcome } : { kind: 'again', outcome, notBefore: now + SOON_MS };
    case 'message': {
      const canBeCut = isTooLong(outcome) && claim.kind === 'message' && !isShortened;
      return canBeCut ? { kind: 'again', outcome, notBefore: now + SOON_MS } : { kind: 'dead', outcome };
    }
  }
}

/** Whether DingTalk calls the message too long. */
export const isTooLong = ({ reason, errcode }: DeliveryOutcome): boolean =>
  reason === 'MessageTooLong' && errcode !== undefined;

/** Grows with the attempts. Between half the bound and the bound, so robots that fail together do not come back together. */
function pauseMs({ messages }: RequestClaim, random: number): number {
  const attempts = Math.max(1, ...messages.map((message) => message.attempts));
  const bound = Math.min(BACKOFF.maxMs, BACKOFF.initialMs * 2 ** Math.min(attempts - 1, 30));
  return Math.ceil(bound * (0.5 + 0.5 * random));
}
