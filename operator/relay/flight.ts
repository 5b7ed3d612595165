import { Backoff } from '../lib/backoff.ts';
import { endingOf } from './endings.ts';
import type { Ending, MovedMessage, RequestClaim, SendingStep, StoredMessage } from './model.ts';
import { nextStep } from './policy.ts';
import { isFailure } from './pool.ts';
import { requestFor } from './request.ts';
import type { SenderOptions } from './sender-options.ts';
import type { RobotTroubles } from './troubles.ts';

/** A store that cannot be used for longer lets the claim end: then the request is repeated, with the same `msgUuid`. */
const FINISH_ATTEMPTS = 6;
const FINISH_BACKOFF = { initialMs: 500, maxMs: 4_000 } as const;

/** A wait that ends at once would be a busy loop. */
const SHORTEST_WAIT_MS = 10;

/** A robot is looked at again after this time, whatever it waits for: the clock may have been set. */
const LOOK_AGAIN_MS = 60_000;

/** What one flight needs. */
export interface FlightContext {
  readonly options: SenderOptions;
  readonly troubles: RobotTroubles;
  /** Other robots have got messages. */
  readonly onMoved: (robots: readonly string[]) => void;
  /** Fires when the relay stops. */
  readonly stopping: AbortSignal;
}

/** When a robot is to be looked at again. */
export interface NextLook {
  readonly at: number;
  /** Whether it is no use to look before, also if the robot gets another message. */
  readonly isFirm: boolean;
}

/**
 * One request to one robot: claimed, sent and recorded.
 * @returns undefined if nothing waits for the robot
 * @throws Error if the store cannot be used
 */
export async function fly(
  robot: string,
  { options, troubles, onMoved, stopping }: FlightContext,
): Promise<NextLook | undefined> {
  const { store, owner, now, random, maxEventAgeMs, quietHoursOf } = options;
  const begin = now();
  const facts = { now: begin, maxEventAgeMs, quietHours: quietHoursOf?.(robot) };
  let step: SendingStep | undefined;
  let isIdle = false;
  const claim = await store.claim(robot, owner, begin, (queue) => {
    const until = troubles.pausedUntil(robot, begin);
    isIdle = queue.count === 0;
    step = until > begin ? { kind: 'wait', until, isFirm: true } : nextStep(queue, facts);
    return step;
  });
  if ('wait' in claim) {
    const at = Math.min(Math.max(claim.wait, begin + SHORTEST_WAIT_MS), begin + LOOK_AGAIN_MS);
    return isIdle ? undefined : { at, isFirm: step?.kind === 'wait' && step.isFirm === true };
  }
  const isReread = troubles.isRefused(robot);
  const isShortened = troubles.isTooLong(claim);
  const outcome = await requestFor(claim, options, troubles, stopping);
  const end = now();
  const own = endingOf(claim, outcome, { now: end, random: random(), isReread, isShortened });
  const isGivenUp = isFailure(outcome) && (own.kind === 'dead' || outcome.reason === 'CredentialsUnreadable');
  const targetOf = (message: MovedMessage) => options.otherMember?.(robot, message);
  const isMoved = isGivenUp && claim.messages.some((message) => targetOf(waitingOne(message)) !== undefined);
  const ending: Ending = isMoved ? { kind: 'again', outcome, notBefore: end } : own;
  troubles.note(claim, outcome, end);
  logEnding(claim, ending, options);
  const isRecorded = await finish(claim, ending, options, stopping);
  if (isRecorded) options.onEnded?.({ claim, outcome, ending: ending.kind, durationMs: end - begin });
  if (isMoved) onMoved(await store.move(robot, targetOf, end));
  const isDone = isRecorded && claim.left === 0 && ending.kind !== 'again';
  return isDone ? undefined : { at: end, isFirm: false };
}

const waitingOne = ({ application }: StoredMessage): MovedMessage => ({
  applicationUid: application.uid,
  isHeld: false,
});

/** @returns whether the store has recorded it */
async function finish(
  claim: RequestClaim,
  ending: Ending,
  { store, now, pause, random, log }: SenderOptions,
  stopping: AbortSignal,
): Promise<boolean> {
  const backoff = new Backoff({ ...FINISH_BACKOFF, random });
  for (let attempt = 1; ; attempt++) {
    try {
      await store.finish(claim, ending, now());
      return true;
    } catch (err) {
      const { robot } = claim;
      if (attempt >= FINISH_ATTEMPTS || stopping.aborted) {
        log.error(
          { err, robot },
          'the store could not record an answer of DingTalk: the message may be sent twice',
        );
        return false;
      }
      log.warn({ err, robot }, 'the store could not record an answer of DingTalk; the relay tries again');
      await pause(backoff.next(), stopping).catch(() => undefined); // The relay stops: one more attempt.
    }
  }
}

function logEnding({ robot, kind, messages }: RequestClaim, ending: Ending, { log }: SenderOptions): void {
  const { reason, errcode, words } = ending.outcome;
  const fields = { robot, kind, messages: messages.length, reason, errcode, words };
  if (ending.kind === 'sent') log.debug(fields, 'DingTalk accepted a message');
  else if (ending.kind === 'again') log.info(fields, 'a message was not accepted; the relay tries again');
  else log.warn(fields, 'a message was not accepted, and the relay gives it up');
}
