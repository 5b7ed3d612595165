import type { NotificationSubscription } from '../../api/kinds.ts';
import type { ResolvedGiteeSubscription } from '../model/resolved.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { eventName } from '../resolve/event-name.ts';
import { claimOn } from '../resolve/selection.ts';
import { nameFor } from '../resolve/sharing.ts';
import { accepted, conditions, ready } from './conditions.ts';

/** The status that a subscription about a Gitee repository should show, without the part of the keeper of its hooks. */
export function giteeStatus(
  { cr, verdict }: ResolvedGiteeSubscription,
  snapshot: Snapshot,
): NonNullable<NotificationSubscription['status']> {
  const parts = [accepted(verdict, 'Everything that the subscription refers to exists and is allowed.')];
  return {
    ...claimOn(cr, false, snapshot),
    observedGeneration: cr.metadata.generation,
    robotNames: cr.spec.robots.map((robot) => nameFor(cr.metadata.namespace, robot)).join(','),
    eventNames: cr.spec.events.map(eventName).join(','),
    conditions: conditions(
      [ready(parts, cr.spec.suspend === true), ...parts],
      cr.status?.conditions,
      cr.metadata.generation,
      snapshot.serverTime,
    ),
  };
}
