import { merge } from './merge/merge.ts';
import type { Plan } from './merge/plan.ts';
import { type Writes, writesFor } from './merge/writes.ts';
import { type Resolution, resolve } from './resolve/resolve.ts';
import type { Snapshot } from './snapshot.ts';

/** All that follows from one snapshot. */
export interface Decision {
  readonly resolution: Resolution;
  readonly plan: Plan;
  readonly writes: Writes;
}

/** The whole line from the snapshot to the requests: pure, and the same for the operator and for files. */
export function decide(snapshot: Snapshot): Decision {
  const resolution = resolve(snapshot);
  const plan = merge(resolution, snapshot);
  return { resolution, plan, writes: writesFor(plan, snapshot.target) };
}
