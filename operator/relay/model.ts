/**
 * The relay's own terms. The door accepts messages into the store, and the sender takes them out of it; both know only this file of
 * each other. Times are milliseconds since 1970 by the local wall clock.
 */

import type { Mentions } from '../api/types.generated.ts';
import type { DeliveryOutcome } from '../dingtalk/outcome.ts';

/** A rendered message for one robot. */
export interface NewMessage {
  /** Equal for repetitions of one event for one robot. A repetition within 24 hours is dropped. */
  readonly dedupeKey: string;
  /** `namespace/name` of the DingTalkRobot, or the key of a robot in its pool: see `memberKey`. */
  readonly robot: string;
  /** `namespace/name` of the NotificationSubscription. */
  readonly subscription: string;
  /**
   * The Application that the message is about. For an event of Gitee, it is the subject in the repository: then the namespace is
   * empty, and the name and the URL are the repository's.
   */
  readonly application: {
    /** Messages with the same one stay in order. */
    readonly uid: string;
    readonly namespace: string;
    readonly name: string;
    /** Its page in Argo CD's user interface, if that is known. */
    readonly url?: string;
  };
  /** Name of the event in its subscription, and the trigger's name in the catalogue if it has one. */
  readonly event: { readonly name: string; readonly catalogueName?: string };
  /** The people whom the message mentions: a digest mentions the same ones. */
  readonly at: Mentions;
  /**
   * The JSON that DingTalk gets, as a text. The claim of a digest has messages with an empty body: their robot had too many waiting
   * messages when they came, so they are only counted.
   */
  readonly body: string;
  /** The send as Argo CD would note it (`formatNoteKey`); absent if no trigger looks for it, since none follows the event. */
  readonly noteKey?: string;
  /** When the quiet hours end in which the message comes: its age counts from then, and it may make room for others until then. */
  readonly heldUntil?: number;
}

/** In the key of a further robot of a group, between the `namespace/name` and the rest: no name of Kubernetes has it. */
export const MEMBER_SEPARATOR = '#';

/** The `namespace/name` of the DingTalkRobot that a key in the store belongs to. */
export const groupOf = (key: string): string => key.split(MEMBER_SEPARATOR, 1)[0] as string;

/** A message in the store. */
export interface StoredMessage extends Omit<NewMessage, 'heldUntil'> {
  readonly id: number;
  /** The same in each attempt, so DingTalk shows a repeated message once. */
  readonly msgUuid: string;
  readonly acceptedAt: number;
  /** How many requests it had. */
  readonly attempts: number;
  /** Not to be sent before. */
  readonly notBefore: number;
}

/** What the sender's policy decides by: one robot's part of the store, read in one transaction. */
export interface RobotQueue {
  readonly robot: string;
  /**
   * In the order of acceptance; at most {@link MAX_IN_DIGEST}, and as many that came in quiet hours which last. None of them is being sent. Their bodies are empty here, since a thousand
   * of them may be 20 MB: the claim has them.
   */
  readonly waiting: readonly StoredMessage[];
  /** How many wait in all. */
  readonly count: number;
  /** When requests to this robot began, over all replicas, within the last 60 seconds; in order. */
  readonly requestsAt: readonly number[];
  /** When messages were accepted within the last 60 seconds; in order. */
  readonly acceptedAt: readonly number[];
  /** Applications (uid) that have a message in an unfinished request: later ones of the same Application wait. */
  readonly busyApplications: ReadonlySet<string>;
  /** DingTalk has asked for silence until then. */
  readonly silentUntil: number;
}

/** So many messages at most become one digest. */
export const MAX_IN_DIGEST = 1_000;

/** The next step for one robot. */
export type SendingStep =
  /** `isFirm` if whatever comes before then waits, too. */
  | { readonly kind: 'wait'; readonly until: number; readonly isFirm?: boolean }
  | { readonly kind: 'message'; readonly id: number }
  | { readonly kind: 'digest'; readonly ids: readonly number[] };

/** Messages that one replica is about to send in one request; recorded before the request begins. */
export interface RequestClaim {
  readonly id: number;
  readonly robot: string;
  readonly kind: 'message' | 'digest';
  /** The digest's own, or the message's. */
  readonly msgUuid: string;
  readonly messages: readonly StoredMessage[];
  /** How many other messages of the robot wait. */
  readonly left: number;
}

/** The end of a request, as the store keeps it. */
export type Ending =
  | { readonly kind: 'sent'; readonly outcome: DeliveryOutcome }
  /** The messages wait again. */
  | {
      readonly kind: 'again';
      readonly outcome: DeliveryOutcome;
      readonly notBefore: number;
      readonly silentUntil?: number;
    }
  /** Dead letters. */
  | { readonly kind: 'dead'; readonly outcome: DeliveryOutcome };

/** What decides where a message goes. */
export interface MovedMessage {
  readonly applicationUid: string;
  /** Whether it waits for the end of quiet hours. */
  readonly isHeld: boolean;
}

/** DingTalk's last real answer to a robot. */
export interface LastAnswer {
  readonly robot: string;
  readonly at: number;
  readonly outcome: DeliveryOutcome;
  /** Whether nothing waits for the robot, and no request to it is under way. */
  readonly isIdle: boolean;
}

/** The durable store of accepted messages. Each method is one transaction; it rejects if the store cannot be used now. */
export interface RelayStore extends AsyncDisposable {
  /**
   * Stores messages, or none of them: the caller answers 202 only then. Repetitions are left out.
   * @param forget note keys of the same Application that do not count any more
   * @param applicationUid that Application; it can be left out if there is a message
   * @returns how many were new
   */
  accept(
    messages: readonly NewMessage[],
    now: number,
    forget?: readonly string[],
    applicationUid?: string,
  ): Promise<number>;
  /** The notes of sends about an Application: Unix times in seconds by note key. */
  notesOf(applicationUid: string): Promise<Readonly<Record<string, number>>>;
  /** Robots with messages that wait, or whose claims have expired. */
  waitingRobots(now: number): Promise<readonly string[]>;
  /**
   * Has the policy decide for one robot, and records the request that it decides on, all in one transaction: two replicas never
   * claim for the same robot at the same time. The claim can differ from the step: if a chosen message was in a request before, the
   * claim is this same request again, with its messages and its msgUuid, and a message without a body becomes a digest.
   * @param owner this replica; the claim ends by itself after `claimMs`, if the replica ends first
   */
  claim(
    robot: string,
    owner: string,
    now: number,
    policy: (queue: RobotQueue) => SendingStep,
  ): Promise<RequestClaim | { readonly wait: number }>;
  /** Records how a claimed request ended. */
  finish(claim: RequestClaim, ending: Ending, now: number): Promise<void>;
  /**
   * Gives some of a robot's waiting messages to other robots, as messages that had no request yet.
   * @param targetOf the other robot; undefined for a message that stays
   * @returns the robots that have got messages
   */
  move(
    robot: string,
    targetOf: (message: MovedMessage) => string | undefined,
    now: number,
  ): Promise<readonly string[]>;
  lastAnswers(): Promise<readonly LastAnswer[]>;
  /** How many messages wait, those in unfinished requests included, and when the oldest was accepted, or may be sent. */
  queue(): Promise<{ readonly messages: number; readonly oldestAt: number | undefined }>;
  /**
   * Removes what is too old: sent 7 days, dead letters 30 days, notes and dedupe keys; messages that waited too long expire.
   * @param onExpired gets how many of these there are, in parts: each part has expired, whatever becomes of the rest
   */
  sweep(now: number, maxEventAgeMs: number, onExpired?: (messages: number) => void): Promise<void>;
}
