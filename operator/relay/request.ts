import type { Credential } from '../dingtalk/credential.ts';
import type { DeliveryOutcome } from '../dingtalk/outcome.ts';
import { toWords } from '../dingtalk/outcome.ts';
import { abortable } from '../lib/deadline.ts';
import type { RequestClaim } from './model.ts';
import { outgoing } from './outgoing.ts';
import { isExpired } from './policy.ts';
import type { SenderOptions } from './sender-options.ts';
import type { RobotTroubles } from './troubles.ts';

/** A Secret that cannot be read by then is not waited for. */
const CREDENTIAL_MS = 3_000;

/** The reason why a time is over that nobody waits for. */
const READ = new Error('the Secret was read');

/** For a robot that no route names any more, and for whose messages there are no credentials either. */
const UNKNOWN_AUDIENCE = { locale: 'en', timeZone: 'UTC', keywords: [] } as const;

/**
 * Makes the one request of a claim: signed now, and only if there is something to send.
 * @param stopping ends the waiting for a Secret; a request that has begun goes on
 */
export async function requestFor(
  claim: RequestClaim,
  options: SenderOptions,
  troubles: RobotTroubles,
  stopping: AbortSignal,
): Promise<DeliveryOutcome> {
  const { client, audienceOf, now, maxEventAgeMs, quietHoursOf, serverTime } = options;
  const facts = { now: now(), maxEventAgeMs, quietHours: quietHoursOf?.(claim.robot) };
  if (claim.messages.every((message) => isExpired(message, facts)))
    return { reason: 'MessageExpired', class: 'final', words: 'the message waited too long' };
  const made = outgoing(claim, audienceOf(claim.robot) ?? UNKNOWN_AUDIENCE, troubles.isTooLong(claim));
  if (!made.ok) return made.outcome;
  const credential = await readCredential(claim.robot, options, troubles, stopping);
  if ('class' in credential) return credential;
  return client.send(credential, made.message, serverTime?.() ?? new Date(now()));
}

/** The credentials, or the outcome that there are none now. They may be there a little later, so the message waits. */
async function readCredential(
  robot: string,
  { credentialOf, pause }: SenderOptions,
  troubles: RobotTroubles,
  stopping: AbortSignal,
): Promise<Credential | DeliveryOutcome> {
  const end = new AbortController();
  const onStop = (): void => end.abort(new Error('the relay stops'));
  stopping.addEventListener('abort', onStop, { once: true });
  const timer = new AbortController();
  const late = pause(CREDENTIAL_MS, timer.signal).then(
    () => end.abort(new Error(`the Secret could not be read within ${CREDENTIAL_MS} ms`)),
    () => undefined, // The Secret was read in time.
  );
  try {
    if (stopping.aborted) onStop();
    const reading = credentialOf(robot, { refresh: troubles.isRefused(robot) });
    const read = await abortable(reading, end.signal);
    return 'credential' in read ? read.credential : unreadable(read.refusal.message, read.refusal.isUnknown);
  } catch (error) {
    return unreadable(error);
  } finally {
    timer.abort(READ);
    stopping.removeEventListener('abort', onStop);
    await late;
  }
}

/** @param isUnknown whether nothing is known about the Secret: then another robot would fare no better */
const unreadable = (said: unknown, isUnknown = true): DeliveryOutcome => ({
  reason: 'CredentialsUnreadable',
  class: isUnknown ? 'retry' : 'final',
  words: toWords(said),
});
