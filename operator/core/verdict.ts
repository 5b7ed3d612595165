import type { Reason } from './reasons.ts';

/** One coded outcome and what it means here; the message names the field and the remedy, never a secret. */
export interface Finding {
  readonly reason: Reason;
  readonly message: string;
  /** Where several things are wrong: each by itself. The first gives the reason, the message tells all. */
  readonly parts?: readonly Finding[];
}

/** What becomes of a CR's keys: this generation goes live, what is live stays, or nothing is live. */
export type Course = 'current' | 'previous' | 'none';

/** The judgement on one CR: why it is refused, if it is, and what its author should know all the same. */
export interface Verdict {
  readonly course: Course;
  readonly refusal?: Finding;
  readonly warnings: readonly Finding[];
}
