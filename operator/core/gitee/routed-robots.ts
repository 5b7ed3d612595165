import { resourceKey } from '../../api/names.ts';
import type { Faults } from '../model/faults.ts';
import { liveRoutes } from '../model/live-routes.ts';
import type { ResolvedRobot } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { routedDespite } from '../resolve/relayed-robots.ts';
import { standingOf } from '../resolve/selection.ts';

/**
 * The robots as subscriptions to Gitee see them. A robot that a live route names goes on by its former spec, despite a mistake in the
 * newest one, as long as its credentials are valid. That says nothing about its messages from Argo CD.
 */
export function withRoutedRobots(
  robots: readonly ResolvedRobot[],
  snapshot: Snapshot,
  faults: Faults,
): readonly ResolvedRobot[] {
  const { byRobot } = liveRoutes(snapshot).gitee;
  return robots.map((robot) => {
    const { cr, verdict } = robot;
    const { refusal } = verdict;
    if (verdict.rollout !== 'none' || !refusal || !byRobot.has(resourceKey(cr))) return robot;
    if (standingOf(cr.metadata.namespace, snapshot) !== 'served') return robot;
    const stays = () => ({ ...robot, ...routedDespite(cr, refusal, snapshot), messagesStay: true }) as const;
    return faults.guard(cr, stays, () => robot) ?? robot;
  });
}
