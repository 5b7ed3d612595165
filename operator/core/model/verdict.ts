import type { Finding } from '../../api/finding.ts';

/** What becomes of a CR's keys: this generation goes live, what is live stays, or nothing is live. */
export type Rollout = 'current' | 'previous' | 'none';

/** The judgement on one CR: why it is refused, if it is, and what its author should know all the same. */
export interface Verdict {
  readonly rollout: Rollout;
  readonly refusal?: Finding;
  readonly warnings: readonly Finding[];
}
