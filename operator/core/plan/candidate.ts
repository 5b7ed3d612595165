import type { Finding } from '../../api/finding.ts';
import type { ResolvedSubscription } from '../model/resolved.ts';
import type { Refusal } from '../model/verdict.ts';
import type { SubscriptionPlan } from './placements.ts';
import type { Reach } from './reach.ts';

/** A subscription that has keys in the plan, or may get some. */
export interface Candidate {
  readonly subscription: ResolvedSubscription;
  /** The keys of its newest generation, before the engine judges them; undefined if the generation did not resolve. */
  readonly draft: DraftPlan | undefined;
  /** Which applications its newest generation is about. */
  readonly reach: Reach;
}

/** A candidate whose keys the plan has. */
export interface Placed extends Candidate {
  readonly plan: SubscriptionPlan;
}

/** The keys of the newest generation, as the plan has them if nothing refuses them. */
export interface DraftPlan extends SubscriptionPlan {
  /** The keys as the engine is asked about them. */
  readonly candidate: Readonly<Record<string, string>>;
  /** Whether the ConfigMap has all of it already. */
  readonly isLive: boolean;
  /** Doubts about conditions, weighed by the live conditions. */
  readonly doubts: Weighed;
}

/** The consequences of doubts about conditions. */
export interface Weighed {
  readonly refusal?: Refusal;
  readonly warnings: readonly Finding[];
}
