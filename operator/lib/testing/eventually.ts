import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

/** Times in milliseconds. */
export interface EventuallyOptions {
  /** How long to ask at most (15 000). */
  readonly timeoutMs?: number;
  /** Pause between two answers (50). */
  readonly intervalMs?: number;
}

type Falsy = undefined | null | false | 0 | '';

/**
 * Asks `probe` again and again until its answer is truthy, and returns the answer. An exception counts as "not yet".
 *
 * @param what the subject of the wait, as it should read in "timed out after 15000 ms waiting for …"
 * @throws Error with `what` and the last answer or, as `cause`, the last exception; also when a probe hangs.
 */
export async function eventually<T>(
  what: string,
  probe: () => T | Falsy | Promise<T | Falsy>,
  { timeoutMs = 30_000, intervalMs = 50 }: EventuallyOptions = {},
): Promise<Exclude<T, Falsy>> {
  const late = Symbol('late');
  const timer = new AbortController();
  const deadline = delay(timeoutMs, late, { signal: timer.signal });
  deadline.catch(() => undefined); // rejects only by the abort below
  let last: { answer: unknown } | { error: unknown } | undefined;
  try {
    for (;;) {
      try {
        const answer = await Promise.race([Promise.resolve().then(probe), deadline]);
        if (answer === late) break;
        if (answer) return answer as Exclude<T, Falsy>;
        last = { answer };
      } catch (error) {
        last = { error };
      }
      if ((await Promise.race([delay(intervalMs), deadline])) === late) break;
    }
  } finally {
    timer.abort();
  }
  throw timedOut(what, timeoutMs, last);
}

function timedOut(
  what: string,
  timeoutMs: number,
  last: { answer: unknown } | { error: unknown } | undefined,
): Error {
  const message = `timed out after ${timeoutMs} ms waiting for ${what}`;
  if (last === undefined) return new Error(`${message}: the first probe never answered`);
  if ('answer' in last) return new Error(`${message}: the last answer was ${inspect(last.answer)}`);
  const reason = last.error instanceof Error ? last.error.message : inspect(last.error);
  return new Error(`${message}: ${reason}`, { cause: last.error });
}
