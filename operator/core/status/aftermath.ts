import type { LiveState } from '../live.ts';
import type { Plan } from '../merge/plan.ts';
import type { Snapshot } from '../snapshot.ts';
import type { Finding } from '../verdict.ts';

/** How things stand once the writes are done: a status tells what is live, not what was meant. */
export interface Aftermath {
  /** With the target objects as the API server returned them. */
  readonly snapshot: Snapshot;
  readonly live: LiveState;
  readonly plan: Plan;
  /** Why the plan is not in the target, if something is in the way of everybody. */
  readonly obstacle?: Finding | undefined;
}
