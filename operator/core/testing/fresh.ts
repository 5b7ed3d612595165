import { isDeepStrictEqual } from 'node:util';
import { resourceKey } from '../../api/names.ts';
import { robotsLookedAt } from '../bounds/beyond-bounds.ts';
import { decide } from '../decide.ts';
import { deliveryChecks } from '../delivery/checks.ts';
import { Faults } from '../model/faults.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { ObservedState } from '../status/observed-state.ts';
import { wantedStatuses } from '../status/statuses.ts';

/** What a status depends on beside the snapshot and its decision. */
export type Circumstances = Pick<ObservedState, 'obstacle' | 'contested' | 'awaits'>;

/** The same values in other objects: nothing is remembered of them. The engine's answers are found by their text. */
export function freshCopy({ answers, ...values }: Snapshot): Snapshot {
  return { ...structuredClone(values), answers };
}

/** All that somebody sees of a decision, with the statuses, by part. */
export function visibleParts(snapshot: Snapshot, circumstances: Circumstances = {}): Record<string, unknown> {
  const { resolution, live, plan, writes, hooks, ignored, questions, foreign, faults } = decide(snapshot);
  const observed = { snapshot, live, plan, ignored, blocked: writes.blocked, ...circumstances };
  const found = new Faults(faults);
  const statuses = wantedStatuses(resolution, observed, found).map(({ cr, updateFor }) => {
    const { patch, events, isRenewal } = updateFor(cr) ?? {};
    return [cr.kind, resourceKey(cr), patch, events, isRenewal];
  });
  const verdicts = [
    ...resolution.robots,
    ...resolution.templates,
    ...resolution.subscriptions,
    ...resolution.gitee,
  ].map(({ cr, verdict }) => [cr.kind, resourceKey(cr), verdict]);
  return {
    verdicts,
    ...{ live, plan, writes, hooks, ignored, foreign, statuses },
    questions: [...questions].map(([key, { askers }]) => [key, [...askers].sort()]).sort(),
    checks: deliveryChecks(resolution.robots, snapshot, found),
    read: robotsLookedAt(snapshot).map(resourceKey),
    faults: found.found.map(({ id }) => id).sort(),
  };
}

/**
 * Decides twice on a snapshot and once on a fresh copy of it.
 * @returns the parts that differ, as remembered and as they are without memory
 */
export function staleParts(
  snapshot: Snapshot,
  circumstances: Circumstances = {},
): Record<string, { readonly remembered: unknown; readonly fresh: unknown }> {
  const fresh = visibleParts(freshCopy(snapshot), circumstances);
  // The second time, all of it is remembered.
  const remembered = [visibleParts(snapshot, circumstances), visibleParts(snapshot, circumstances)];
  const stale = remembered.flatMap((parts) =>
    Object.entries(fresh).flatMap(([name, part]) =>
      isDeepStrictEqual(parts[name], part) ? [] : [[name, { remembered: parts[name], fresh: part }] as const],
    ),
  );
  return Object.fromEntries(stale);
}
