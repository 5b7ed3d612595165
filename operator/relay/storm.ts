/** The store's memory of requests and of accepted messages. */
export const WINDOW_MS = 60_000;
/** A storm is over once nothing has come for so long. */
export const CALM_MS = 10_000;
/** So many messages within {@link CALM_MS} are sent one by one: 18 a minute. */
const SINGLE = 3;

/** A time in which more messages come than can be sent one by one. */
export interface Storm {
  /** How many came after the ones that are sent one by one. */
  readonly surplus: number;
  /** When the storm is over, unless more comes. */
  readonly calmAt: number;
}

/**
 * The storm at a time. It begins with the fourth message within ten seconds and ends when ten seconds bring none: Argo CD posts
 * some 50 a second, so a storm of 1 000 Applications takes 19 seconds, and a digest has to wait for its end.
 * @param acceptedAt when messages were accepted in the last minute, in order
 */
export function stormAt(acceptedAt: readonly number[], now: number): Storm | undefined {
  // Replicas differ by seconds. What is further ahead comes from a clock that was set back since.
  const recent = acceptedAt.filter((at) => at > now - WINDOW_MS && at < now + CALM_MS);
  const run = lastRun(recent);
  const calmAt = (run.at(-1) ?? 0) + CALM_MS;
  if (calmAt <= now) return undefined;
  const begin = run.findIndex(
    (at, index) => index >= SINGLE && at - (run[index - SINGLE] as number) < CALM_MS,
  );
  return begin < 0 ? undefined : { surplus: run.length - begin, calmAt };
}

/** The last ones without ten seconds of silence between them. */
function lastRun(times: readonly number[]): readonly number[] {
  let start = times.length - 1;
  while (start > 0 && (times[start] as number) - (times[start - 1] as number) < CALM_MS) start -= 1;
  return times.slice(Math.max(start, 0));
}
