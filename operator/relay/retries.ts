import type { RobotQueue, StoredMessage } from './model.ts';

/**
 * Whether a message waits for its retry. DingTalk may have got it already, so it keeps its `msgUuid` and is not put into another
 * digest. What the throttle has refused DingTalk has not got: this waits for the end of the silence, like everything else.
 */
export const isRetry = (
  { attempts, notBefore }: StoredMessage,
  { silentUntil }: Pick<RobotQueue, 'silentUntil'>,
): boolean => attempts > 0 && !(silentUntil > 0 && notBefore === silentUntil);

/**
 * Requests to be repeated, in the order of their first messages. The messages of a digest that failed wait until the same
 * millisecond, so they are found again and make the same digest.
 */
export function retriesOf(
  messages: readonly StoredMessage[],
  queue: Pick<RobotQueue, 'silentUntil'>,
): (readonly StoredMessage[])[] {
  const groups = new Map<number, StoredMessage[]>();
  for (const message of messages.filter((each) => isRetry(each, queue))) {
    // A replica that ended in the middle of a request has left no time behind.
    const until = message.notBefore > message.acceptedAt ? message.notBefore : 0;
    const group = groups.get(until);
    if (group) group.push(message);
    else groups.set(until, [message]);
  }
  return [...groups.values()];
}
