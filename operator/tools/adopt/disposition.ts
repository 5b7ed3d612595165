import type { FormerDelivery } from './deliveries.ts';
import type { ForeignConfig } from './foreign-config.ts';
import type { DingTalkService } from './robots.ts';
import type { StillUsed } from './staying.ts';

/** The decision on a key of the ConfigMap, on recipients in `subscriptions`, or on annotations. */
export interface Disposition {
  readonly key: string;
  /** The part of `subscriptions`, or the annotations. */
  readonly part?: string;
  /** The number of subscribers that `part` stands for, also of those that it does not name. */
  readonly subscribers?: number;
  readonly isTaken: boolean;
  readonly why: string;
  /** Whether it is for DingTalk and should be taken over, but can't. */
  readonly isProblem?: true;
}

/** The former configuration, and the decision on each delivery. */
export interface DispositionInput {
  readonly config: ForeignConfig;
  readonly services: ReadonlyMap<string, DingTalkService>;
  readonly deliveries: readonly FormerDelivery[];
  readonly used: StillUsed;
}
