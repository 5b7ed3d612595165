import type { Finding } from '../../api/finding.ts';
import type { LiveState } from '../model/live.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Plan } from '../plan/placements.ts';

/** The state after the writes: a status reports the live state, not the intended one. */
export interface ObservedState {
  /** The target objects in it are those that the API server returned. */
  readonly snapshot: Snapshot;
  readonly live: LiveState;
  readonly plan: Plan;
  /** Why the plan is not in the target, if there is an obstacle for all resources. */
  readonly obstacle?: Finding | undefined;
  /**
   * Why the operator's entries are not in the shared key. A resource without entries, or with all of its entries there, is not
   * affected.
   */
  readonly blocked?: Finding | undefined;
  /** Why Argo CD's engine does not read the operator's entries of the shared key, if that is so. */
  readonly ignored?: Finding | undefined;
  /** Why RelayRoutes are not as planned, by name; each is about one subscription. */
  readonly unwrittenRoutes?: ReadonlyMap<string, Finding>;
  /** The conflicts with other writers that keep removing keys of the operator. */
  readonly contested?: readonly ContestedKeys[];
  /**
   * Facts that are still missing and will come without an edit: answers of the engine, or the next turn to write. A resource
   * that depends on them gets its status when they are there. Until then, the status shows the generation that it is about.
   */
  readonly awaits?: { readonly engine: boolean; readonly turn: boolean };
}

/** Whether one of the two target objects does not exist. */
export const isTargetMissing = ({ snapshot: { target } }: ObservedState): boolean =>
  !target.configMap || !target.secret;

/** A conflict over one object, with the keys that were lost in it. */
export interface ContestedKeys {
  readonly object: 'ConfigMap' | 'Secret';
  readonly finding: Finding;
  /** Entries of the shared key by `entryKey`. */
  readonly keys: ReadonlySet<string>;
}

/** The conflict in which one of these keys was lost, if there is one. There mostly is none, so the keys are not made then. */
export function contestOf(
  { contested }: ObservedState,
  object: ContestedKeys['object'],
  keys: () => readonly string[],
): Finding | undefined {
  return contested?.find((each) => each.object === object && keys().some((key) => each.keys.has(key)))
    ?.finding;
}
