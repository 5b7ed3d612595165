import type { Finding } from '../../api/finding.ts';

/** The fate of a CR's keys: this generation goes live, the live version stays, or nothing is live. */
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
 * A finding that refuses something. Code decides by the state, which only the gate sets; the reason and the message are for
 * people.
 */
export interface Refusal extends Finding {
  /** Present if the gate refuses. Of several findings, the state of the first. */
  readonly gate?: GateState;
  readonly parts?: readonly Refusal[];
}

/** The judgement on one CR: the refusal, if there is one, and the warnings for its author. */
export interface Verdict {
  readonly rollout: Rollout;
  readonly refusal?: Refusal;
  readonly warnings: readonly Finding[];
  /**
   * Whether the verdict depends on a Secret that has not been read yet: the live version stays, and no status reports the
   * verdict.
   */
  readonly awaitsCredentials?: true;
  /** Whether the Secret has not been read, or could not be read: nobody knows whether the credentials are still there. */
  readonly isUnread?: true;
}

/** Whether a verdict is not final, because the engine has not answered yet. */
export const awaitsEngine = ({ refusal }: Verdict): boolean => refusal?.gate === 'unanswered';
