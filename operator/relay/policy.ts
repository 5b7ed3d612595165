import type { RobotQueue, SendingStep, StoredMessage } from './model.ts';
import type { QuietHours } from './quiet-hours.ts';
import { audible, heldUntil } from './quiet-queue.ts';
import { isRetry, retriesOf } from './retries.ts';
import { CALM_MS, stormAt, WINDOW_MS } from './storm.ts';

/** DingTalk accepts 20 messages a minute. Two are left for requests that take long to arrive, and for other senders. */
export const MAX_REQUESTS = 18;
/** What waits in a storm waits no longer, even if the storm goes on. */
const MAX_STORM_MS = 60_000;
/** So many different messages have to be tried again: then it is the robot that fails, and not a message. */
const TROUBLED_AT = 3;
/** How long others wait for a robot that fails. */
const MAX_TROUBLE_MS = 5 * 60_000;
/** The policy is asked again after this time, whatever it has decided: the clock may have been set. */
const MAX_WAIT_MS = 60_000;
/** The longest silence is ten minutes. A time that is further ahead was written by a clock that was set back since. */
const MAX_AHEAD_MS = 11 * 60_000;

/** What the policy knows beside the queue. */
export interface PolicyFacts {
  readonly now: number;
  /** Older messages are not sent. */
  readonly maxEventAgeMs: number;
  /** Of the robot's group, if it has any. */
  readonly quietHours?: QuietHours | undefined;
}

/**
 * The next step for one robot. Nothing is left out for ever: a message is in a later step, by itself or in a digest.
 * A step with expired messages has no others, since no request is made for it.
 */
export function nextStep(queue: RobotQueue, facts: PolicyFacts): SendingStep {
  const { now, quietHours } = facts;
  const { queue: rest, until } = audible(queue, now, quietHours);
  const step = decide(rest, facts);
  return step.kind === 'wait' ? { ...step, until: Math.min(step.until, until, now + MAX_WAIT_MS) } : step;
}

/** Whether a message is too old to be sent. Its age counts from the end of the quiet hours in which it came. */
export function isExpired(message: StoredMessage, { now, maxEventAgeMs, quietHours }: PolicyFacts): boolean {
  const isOlderThan = (time: number): boolean => now - time > maxEventAgeMs;
  return isOlderThan(message.acceptedAt) && isOlderThan(heldUntil(message, quietHours) ?? message.acceptedAt);
}

function decide(queue: RobotQueue, facts: PolicyFacts): SendingStep {
  const { now } = facts;
  const silentUntil = real(queue.silentUntil, now);
  if (silentUntil > now) return firm(silentUntil);
  const { ready, nextDueAt } = readiness(queue, now);
  if (ready.length === 0) return wait(nextDueAt);
  const freeAt = budgetFreeAt(queue.requestsAt, now);
  if (freeAt > now) return firm(freeAt);
  const expired = ready.filter((message) => isExpired(message, facts));
  if (expired.length > 0) return sendAll(expired);
  const retries = retriesOf(ready, queue);
  if (retries.length > 0) return sendAll(retries[0] as readonly StoredMessage[]);
  const step = firstTime(ready, queue, facts);
  return step.kind === 'wait' ? firm(Math.min(step.until, nextDueAt)) : step;
}

const wait = (until: number): SendingStep => ({ kind: 'wait', until });

/** The robot as a whole waits, and so does what is still to come. */
const firm = (until: number): SendingStep => ({ kind: 'wait', until, isFirm: true });

function sendAll(messages: readonly StoredMessage[]): SendingStep {
  const ids = messages.map(({ id }) => id);
  return ids.length === 1 ? { kind: 'message', id: ids[0] as number } : { kind: 'digest', ids };
}

/** A time in the store; 0 for one of a clock that was set back. */
const real = (time: number, now: number): number => (time > now + MAX_AHEAD_MS ? 0 : time);

/** The messages that the order of their Applications lets go now. A message that waits for its retry keeps later ones behind it. */
function readiness(
  { waiting, busyApplications }: RobotQueue,
  now: number,
): { ready: StoredMessage[]; nextDueAt: number } {
  const blocked = new Set(busyApplications);
  const ready: StoredMessage[] = [];
  let nextDueAt = Number.POSITIVE_INFINITY;
  for (const message of waiting) {
    const { uid } = message.application;
    if (blocked.has(uid)) continue;
    const dueAt = real(message.notBefore, now);
    if (dueAt <= now) {
      ready.push(message);
    } else {
      blocked.add(uid);
      nextDueAt = Math.min(nextDueAt, dueAt);
    }
  }
  return { ready, nextDueAt };
}

/** When the next request is allowed: a window of 60 seconds slides over all requests. */
function budgetFreeAt(requestsAt: readonly number[], now: number): number {
  // A replica whose clock is ahead counts; a clock that was set back does not stop the robot for hours.
  const recent = requestsAt
    .filter((at) => at > now - WINDOW_MS && at <= now + WINDOW_MS)
    .sort((a, b) => a - b);
  return recent.length < MAX_REQUESTS ? now : (recent.at(-MAX_REQUESTS) as number) + WINDOW_MS;
}

/** Decides about messages that had no request yet, or only one that DingTalk's throttle has refused. */
function firstTime(
  ready: readonly StoredMessage[],
  queue: RobotQueue,
  { now, quietHours }: PolicyFacts,
): SendingStep {
  const first = ready[0] as StoredMessage;
  const acceptedAt = first.acceptedAt > now + WINDOW_MS ? 0 : first.acceptedAt;
  const age = now - acceptedAt;
  if (retriesOf(queue.waiting, queue).length >= TROUBLED_AT && age < MAX_TROUBLE_MS)
    return wait(acceptedAt + MAX_TROUBLE_MS);
  if (heldUntil(first, quietHours) !== undefined) return sendAll(ready);
  const storm = stormAt(queue.acceptedAt, now);
  if (storm) {
    if (untried(queue) > storm.surplus && age < CALM_MS) return sendAll([first]);
    const until = Math.min(storm.calmAt, acceptedAt + MAX_STORM_MS);
    return until > now ? wait(until) : sendAll(ready);
  }
  // What was kept back, by a storm, by the budget or by a silence, does not follow as late single messages.
  return age >= CALM_MS ? sendAll(ready) : sendAll([first]);
}

/** How many messages wait for their first request. */
const untried = (queue: RobotQueue): number =>
  queue.count - queue.waiting.filter((message) => isRetry(message, queue)).length;
