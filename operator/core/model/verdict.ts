import type { Finding } from '../../api/finding.ts';

/** What becomes of a CR's keys: this generation goes live, what is live stays, or nothing is live. */
export type Rollout = 'current' | 'lastGood' | 'none';

/**
 * Why the gate does not let something through:
 *
 * - `unanswered`: the engine has not answered yet;
 * - `refused`: the engine does not take it;
 * - `killed`: the engine did not come to an end with it;
 * - `forbidden`: the policy for conditions refuses it, wherever it stands;
 * - `discouraged`: the policy refuses it where it is new, and leaves it alone where it is live.
 */
export type GateState = 'unanswered' | 'refused' | 'killed' | 'forbidden' | 'discouraged';

/**
 * A finding that refuses something. Code decides by the state, which the gate sets and nobody else; the reason and the message
 * are for people.
 */
export interface Refusal extends Finding {
  /** Present where the gate is what refuses. Of several findings, that of the first. */
  readonly gate?: GateState;
  readonly parts?: readonly Refusal[];
}

/** The judgement on one CR: why it is refused, if it is, and what its author should know all the same. */
export interface Verdict {
  readonly rollout: Rollout;
  readonly refusal?: Refusal;
  readonly warnings: readonly Finding[];
  /** Whether it depends on a Secret that has yet to be read: what is live stays, and no status tells of it. */
  readonly awaitsCredentials?: true;
}

/** Whether a verdict is not final, since the engine has yet to answer. */
export const awaitsEngine = ({ refusal }: Verdict): boolean => refusal?.gate === 'unanswered';
