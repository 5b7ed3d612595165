/** The facts about the loop. Both times are of a clock that is never set, in milliseconds. */
export interface LoopFacts {
  /** When the run that is under way began; undefined between runs. */
  readonly runStartedAt: number | undefined;
  readonly now: number;
}

/**
 * The longest run that counts as alive, in milliseconds. An outage ends a run at its first request. A run may try ten
 * times while other writers come in between, with three writes and one read each time, and each attempt at a request
 * ends after 15 s. So 10 minutes are possible with an API server that answers each request in the last moment. Only a
 * server that also asks for pauses could need more, and then a restart does no harm. A restart after 15 minutes is early
 * enough for the signatures: these are renewed at an age of 20 minutes, and end at one of 60.
 */
export const LONGEST_RUN_MS = 15 * 60_000;

/** Whether the loop is alive: no run has been under way for longer than any outage can explain. */
export function isAlive({ runStartedAt, now }: LoopFacts): boolean {
  return runStartedAt === undefined || now - runStartedAt <= LONGEST_RUN_MS;
}
