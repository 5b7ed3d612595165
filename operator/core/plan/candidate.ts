import type { Finding } from '../../api/finding.ts';
import type { ResolvedSubscription } from '../model/resolved.ts';
import type { Refusal } from '../model/verdict.ts';
import type { SubscriptionPlan } from './placements.ts';
import type { Reach } from './reach.ts';

/** A subscription that has, or is to have, a place in the plan. */
export interface Candidate {
  readonly subscription: ResolvedSubscription;
  /** Its newest generation's keys, not judged yet, if it resolved. */
  readonly draft: DraftPlan | undefined;
  /** Of its newest generation. */
  readonly reach: Reach;
}

/** A subscription with what is live of it, or will be. */
export interface Placed extends Candidate {
  readonly plan: SubscriptionPlan;
}

/** This generation's part of the plan, if all goes well. */
export interface DraftPlan extends SubscriptionPlan {
  /** What the engine is asked about. */
  readonly candidate: Readonly<Record<string, string>>;
  /** Whether all of it stands in the ConfigMap already. */
  readonly isLive: boolean;
  /** About conditions, weighed by what is live. */
  readonly doubts: Weighed;
}

/** What becomes of doubts about conditions. */
export interface Weighed {
  readonly refusal?: Refusal;
  readonly warnings: readonly Finding[];
}
