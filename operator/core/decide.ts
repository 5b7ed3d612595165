/**
 * The operator's decision, a pure function of a snapshot. The folders are in the order of the data: model/ (what is known),
 * bounds/ (how much of it is looked at), resolve/ (custom resources → verdicts), compile/ (an accepted resource → its keys), gate/
 * (what Argo CD's engine is asked), plan/ (what shall stand in the target), others/ (what other tools have there), writes/ (plan and
 * target → requests), status/ and delivery/ (what is reported and checked afterwards).
 */

import type { Finding } from '../api/finding.ts';
import { beyondBounds } from './bounds/beyond-bounds.ts';
import { type Fault, Faults } from './model/faults.ts';
import { Inquiry, type Question } from './model/inquiry.ts';
import { type LiveState, readLiveState } from './model/live.ts';
import type { Resolution } from './model/resolved.ts';
import type { Snapshot } from './model/snapshot.ts';
import { foreignFindings } from './others/foreign.ts';
import { ignoredSubscriptions } from './others/legacy-config.ts';
import type { Plan } from './plan/placements.ts';
import { planTarget } from './plan/plan.ts';
import { resolve } from './resolve/resolve.ts';
import { type Writes, writesFor } from './writes/writes.ts';

/** All that follows from one snapshot. */
export interface Decision {
  /** Every CR with its final verdict. */
  readonly resolution: Resolution;
  /** What is in the target now. */
  readonly live: LiveState;
  readonly plan: Plan;
  readonly writes: Writes;
  /** What others have put into the ConfigMap that stops Argo CD's engine for everybody. */
  readonly foreign: readonly Finding[];
  /** Why Argo CD's engine does not look at our entries of the shared key, if it doesn't. */
  readonly ignored?: Finding | undefined;
  /** What the engine has yet to be asked; decide again once it has answered. */
  readonly questions: ReadonlyMap<string, Question>;
  /** Exceptions, each with the one resource that it was kept to. */
  readonly faults: readonly Fault[];
}

/** The whole line from the snapshot to the requests: pure, and the same for the operator and for files. */
export function decide(snapshot: Snapshot): Decision {
  const inquiry = new Inquiry(snapshot.answers);
  const faults = new Faults();
  const live = readLiveState(snapshot.target);
  const beyond = beyondBounds(snapshot, live, faults);
  const resolved = resolve(snapshot, live, beyond, inquiry, faults);
  const { plan, resolution } = planTarget(resolved, snapshot, live, inquiry, faults);
  const writes = writesFor(plan, snapshot.target, live, inquiry);
  const foreign = foreignFindings(snapshot.target, snapshot.config.target, inquiry);
  const ignored = ignoredSubscriptions(snapshot.target.configMap, inquiry);
  return { resolution, live, plan, writes, foreign, ignored, questions: inquiry.open, faults: faults.found };
}
