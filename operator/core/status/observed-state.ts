import type { Finding } from '../../api/finding.ts';
import type { LiveState } from '../model/live.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Plan } from '../plan/placements.ts';

/** How things stand once the writes are done: a status tells what is live, not what was meant. */
export interface ObservedState {
  /** With the target objects as the API server returned them. */
  readonly snapshot: Snapshot;
  readonly live: LiveState;
  readonly plan: Plan;
  /** Why the plan is not in the target, if something is in the way of everybody. */
  readonly obstacle?: Finding | undefined;
  /** Why our entries are not in the shared key; whoever has none there, or has them there already, does not care. */
  readonly blocked?: Finding | undefined;
  /** Why Argo CD's engine does not look at our entries of the shared key, if it doesn't. */
  readonly ignored?: Finding | undefined;
  /** Who takes keys of ours away again and again. */
  readonly contested?: readonly ContestedKeys[];
  /**
   * What is not known yet and comes soon by itself: answers of the engine, or the next turn to write. Whoever waits for it is
   * told when it has come, and the generation that a status is about says so until then.
   */
  readonly awaits?: { readonly engine: boolean; readonly turn: boolean };
}

/** Whether one of the two target objects does not exist. */
export const isTargetMissing = ({ snapshot: { target } }: ObservedState): boolean =>
  !target.configMap || !target.secret;

/** A fight over one object, with the keys that were lost in it. */
export interface ContestedKeys {
  readonly object: 'ConfigMap' | 'Secret';
  readonly finding: Finding;
  /** Entries of the shared key by `entryKey`. */
  readonly keys: ReadonlySet<string>;
}

/** The fight in which one of these keys was lost, if any was. */
export function contestOf(
  { contested }: ObservedState,
  object: ContestedKeys['object'],
  keys: readonly string[],
): Finding | undefined {
  return contested?.find((each) => each.object === object && keys.some((key) => each.keys.has(key)))?.finding;
}
