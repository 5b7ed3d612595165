import type { DeliveryOutcome } from '../dingtalk/outcome.ts';
import { concernOf, isTooLong } from './endings.ts';
import type { RequestClaim } from './model.ts';

/** The pauses of a robot that DingTalk refuses as a whole: 10 s, 20 s … 5 min. */
const PAUSE = { initialMs: 10_000, maxMs: 5 * 60_000 } as const;
/** More are not remembered: what is forgotten is tried once more. */
const MAX_REMEMBERED = 10_000;

interface Refusals {
  readonly count: number;
  readonly pausedUntil: number;
}

/**
 * What this replica remembers of robots between requests. It is forgotten when the replica ends: then a robot is tried once more
 * than needed.
 */
export class RobotTroubles {
  readonly #refused = new Map<string, Refusals>();
  readonly #unanswering = new Set<string>();
  readonly #tooLong = new Set<number>();

  /** Whether the credentials are to be read again for the next request. */
  isRefused(robot: string): boolean {
    return this.#refused.has(robot);
  }

  /** Whether the last request to the robot had no answer in time. */
  isUnanswering(robot: string): boolean {
    return this.#unanswering.has(robot);
  }

  /** Whether DingTalk has called this message too long. */
  isTooLong({ kind, messages }: RequestClaim): boolean {
    return kind === 'message' && messages.some(({ id }) => this.#tooLong.has(id));
  }

  /** Until when a robot that is refused as a whole waits: its messages go on, but slowly. */
  pausedUntil(robot: string, now: number): number {
    const until = this.#refused.get(robot)?.pausedUntil ?? 0;
    // A clock that was set back does not stop the robot for hours.
    return until > now + PAUSE.maxMs ? 0 : until;
  }

  /** Notes the outcome of a request. */
  note({ robot, messages }: RequestClaim, outcome: DeliveryOutcome, now: number): void {
    const concern = concernOf(outcome);
    if (concern === 'none') this.#refused.delete(robot);
    if (concern === 'robot') this.#refuse(robot, now);
    if (outcome.reason === 'Unreachable') remember(this.#unanswering, robot);
    else this.#unanswering.delete(robot);
    for (const { id } of messages) {
      if (isTooLong(outcome)) remember(this.#tooLong, id);
      else if (concern === 'none') this.#tooLong.delete(id);
    }
  }

  #refuse(robot: string, now: number): void {
    const count = (this.#refused.get(robot)?.count ?? 0) + 1;
    // The first refusal is followed by one more attempt, with credentials that are read again.
    const pause = count === 1 ? 0 : Math.min(PAUSE.maxMs, PAUSE.initialMs * 2 ** Math.min(count - 2, 30));
    forgetOldest(this.#refused);
    this.#refused.set(robot, { count, pausedUntil: now + pause });
  }
}

function remember<T>(set: Set<T>, value: T): void {
  forgetOldest(set);
  set.add(value);
}

function forgetOldest(memory: Map<string, unknown> | Set<unknown>): void {
  if (memory.size < MAX_REMEMBERED) return;
  const [oldest] = memory.keys();
  memory.delete(oldest as string);
}
