import type { RobotQueue, StoredMessage } from './model.ts';
import { isExcepted, type QuietHours, quietEnd } from './quiet-hours.ts';
import { isRetry } from './retries.ts';

/** What a robot's quiet hours leave of its queue. */
export interface AudibleQueue {
  readonly queue: RobotQueue;
  /** When the rest may be told; infinity if nothing waits for that. */
  readonly until: number;
}

/**
 * The queue without what waits for the end of quiet hours, as if that had not come yet. A request that was made before goes on: DingTalk
 * may have got it already, and remembers its `msgUuid` for some time only.
 */
export function audible(queue: RobotQueue, now: number, hours: QuietHours | undefined): AudibleQueue {
  const until = hours && quietEnd(hours, now);
  if (!hours || until === undefined) return { queue, until: Number.POSITIVE_INFINITY };
  const isHeld = (message: StoredMessage): boolean => !isRetry(message, queue) && !isExcepted(hours, message);
  const held = queue.waiting.filter(isHeld);
  if (held.length === 0) return { queue, until: Number.POSITIVE_INFINITY };
  const rest = {
    ...queue,
    waiting: queue.waiting.filter((message) => !isHeld(message)),
    count: queue.count - held.length,
    // A storm of held messages holds up nothing else.
    acceptedAt: without(
      queue.acceptedAt,
      held.map(({ acceptedAt }) => acceptedAt),
    ),
  };
  return { queue: rest, until };
}

/** When the quiet hours end in which a message came; undefined if it came in none, or does not wait for their end. */
export const heldUntil = (
  message: Pick<StoredMessage, 'acceptedAt' | 'event' | 'at'>,
  hours: QuietHours | undefined,
): number | undefined =>
  !hours || isExcepted(hours, message) ? undefined : quietEnd(hours, message.acceptedAt);

/** Times without others, each of which takes one away. */
function without(times: readonly number[], others: readonly number[]): readonly number[] {
  const counts = new Map<number, number>();
  for (const time of others) counts.set(time, (counts.get(time) ?? 0) + 1);
  return times.filter((time) => {
    const left = counts.get(time) ?? 0;
    counts.set(time, left - 1);
    return left <= 0;
  });
}
