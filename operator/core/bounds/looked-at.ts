import type { DingTalkRobot } from '../../api/kinds.ts';
import { Faults } from '../model/faults.ts';
import { readLiveState } from '../model/live.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { served } from '../resolve/selection.ts';
import { beyondBounds } from './beyond-bounds.ts';

/**
 * The robots that a decision looks at: those of served namespaces, without the ones beyond the bounds. Nobody needs the Secrets
 * of any other, so that a namespace cannot make the operator read and keep thousands of them.
 */
export function robotsLookedAt(snapshot: Omit<Snapshot, 'credentials'>): DingTalkRobot[] {
  // The decision finds the same faults, and tells of them.
  const beyond = beyondBounds(snapshot, readLiveState(snapshot.target), new Faults());
  return served(snapshot.robots, snapshot).filter((robot) => !beyond.has(robot));
}
