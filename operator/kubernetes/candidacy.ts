import type { Lease } from './lease.ts';

/** A Lease as a candidate has seen it last. */
export interface SeenLease {
  /** Differs from the text of any other state of the Lease. */
  readonly state: string;
  /** When the candidate saw this state first, on the candidate's own monotonic clock. */
  readonly since: number;
  /** How long the state has to stay the same before the Lease is free, in milliseconds. */
  readonly durationMs: number;
}

/** The duration in a Lease that its holder has given up, in seconds; client-go writes the same. */
export const GIVEN_UP_SECONDS = 1;

/** The state of a Lease that somebody has removed. */
const GONE = 'gone';

/** A Lease whose holder does not say how long it lasts, or says something absurd, lasts this long. */
const [SHORTEST_MS, LONGEST_MS] = [1_000, 300_000] as const;

/**
 * The Lease as seen now. A candidate measures on its own clock how long a Lease stays the same, so it does not matter
 * what the holder's clock shows.
 * @param now on a monotonic clock, taken after the answer has come
 * @param ownMs the duration that this operator gives its Leases
 */
export function seenLease(
  before: SeenLease | undefined,
  lease: Lease | undefined,
  now: number,
  ownMs: number,
): SeenLease | undefined {
  const { spec, metadata } = lease ?? {};
  if (!spec?.holderIdentity && !spec?.renewTime) {
    // Nobody has led before, as far as this process knows.
    if (!before || before.state === GONE) return before;
    // Somebody has removed the Lease or emptied it, and its holder may not know yet. The holder may have taken it
    // since this process looked last, so the wait begins now.
    return { state: GONE, since: now, durationMs: Math.max(before.durationMs, ownMs) };
  }
  const state = JSON.stringify([metadata?.uid, spec.holderIdentity, spec.renewTime, spec.leaseTransitions]);
  if (before?.state === state) return before;
  const said = (spec.leaseDurationSeconds ?? 0) * 1_000;
  const durationMs = Math.min(Math.max(said, ownMs, SHORTEST_MS), LONGEST_MS);
  // Where only the name is gone, somebody has edited the Lease, and its holder may not know yet.
  const isGivenUp = !spec.holderIdentity && spec.leaseDurationSeconds === GIVEN_UP_SECONDS;
  return { state, since: now, durationMs: isGivenUp ? 0 : durationMs };
}

/** In how many milliseconds the Lease may be taken, if it stays as it is; 0 if it is free now. */
export function freeInMs(seen: SeenLease | undefined, now: number): number {
  return seen ? Math.max(0, seen.since + seen.durationMs - now) : 0;
}
